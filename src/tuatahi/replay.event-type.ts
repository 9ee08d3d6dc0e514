import { domainEventType } from '../events/domain-event-type';
import { id, text } from './schema-members';

/** That a replay has come to its end. */
export const replayCompleted = domainEventType({
  type: 'tuatahi.replay.completed',
  description: 'All notifications of a replay were delivered, or were tried.',
  subject: { is: 'Id of the replay', of: ({ replayId }) => replayId },
  properties: {
    replayId: id('The replay'),
    partyId: text('Whose it is'),
    matched: { type: 'integer', description: 'How many it had' },
    sent: { type: 'integer', description: 'How many were delivered' },
    errored: { type: 'integer', description: 'How many were not' },
  },
  example: {
    replayId: '2f31838e-d24f-4af1-bc43-c3af992da39e',
    partyId: 'owner',
    matched: 412,
    sent: 411,
    errored: 1,
  },
});
