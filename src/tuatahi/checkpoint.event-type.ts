import { CHECKPOINT_EVENT } from '../delivery/enqueue-checkpoints';
import { deliveredSchema } from '../events/delivered-schema';
import type { CatalogueEntry } from '../events/event-catalogue';
import { id, text } from './schema-members';

const SCHEMA = {
  type: 'object',
  properties: {
    subscriptionId: id('The subscription'),
    head: text('The last number that was given; 0: none'),
  },
  required: ['subscriptionId', 'head'],
};

const EXAMPLE = { subscriptionId: '497f6eca-6276-4993-bfeb-53cbbbba6f08', head: '17' };

/** Not to be subscribed to: it goes to each webhook that has heard nothing for long. */
export const checkpoint: CatalogueEntry = {
  name: CHECKPOINT_EVENT,
  description:
    'Where the receiver of a webhook should be by now, so that it knows that silence is real. Its eventId is the last number that was given. A receiver that does not know it may answer 400 or 404: that is not held against the channel.',
  domainTypes: [],
  attributes: [],
  schema: deliveredSchema(CHECKPOINT_EVENT, SCHEMA, SCHEMA),
  example: { eventTimestamp: '2026-08-03T21:15:00.123Z', message: EXAMPLE, payload: EXAMPLE },
  view: ({ time: eventTimestamp, data }) => ({ eventTimestamp, message: { ...data }, payload: data }),
};
