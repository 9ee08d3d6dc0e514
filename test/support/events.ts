import type { DomainEvent } from '../../src/events/domain-event';
import { EventLog } from '../../src/events/event-log';
import type { Gateway } from './gateway';

/** The event log after a position, in order. */
export function eventsOf({ app, dataSource }: Gateway, after = 0): Promise<DomainEvent[]> {
  return app.get(EventLog).read(dataSource.manager, after, 10_000);
}

export function headOf({ app, dataSource }: Gateway): Promise<number> {
  return app.get(EventLog).head(dataSource.manager);
}
