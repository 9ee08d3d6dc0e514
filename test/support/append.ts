import type { NewEvent } from '../../src/events/domain-event';
import { EventLog } from '../../src/events/event-log';
import type { Gateway } from './gateway';

/** An event about nothing: only its subject tells it from others. */
export function eventAbout(subject: string): NewEvent<'spg.gap.opened'> {
  return {
    type: 'spg.gap.opened',
    source: '/test',
    subject,
    partyIds: ['owner'],
    correlationId: `because-of-${subject}`,
    data: { from: '1', to: '1', openedAt: '2026-08-03T21:15:00.000Z' },
  };
}

/** Appends events to the log, in one transaction. */
export function append({ app, dataSource }: Gateway, ...subjects: string[]): Promise<void> {
  return dataSource.transaction((tx) => app.get(EventLog).append(tx, subjects.map(eventAbout)));
}
