import type { EntityManager } from 'typeorm';
import { Turns } from '../database/turns';
import type { DomainEvent } from '../events/domain-event';
import type { EventLog } from '../events/event-log';
import { idWindows, type IdWindow, timeOfId } from './id-windows';
import { type Bind, conditionsFor, type NotificationQuery } from './notification-conditions';

interface Search {
  readonly query: NotificationQuery;
  /** Of `delivery_notification n` and `delivery_channel c`; not `id`, `event_type` and `position`, which are there. */
  readonly columns: (bind: Bind) => string;
  /** Besides those of the query. */
  readonly condition?: string;
  readonly order: 'newest first' | 'oldest first';
  /** Those that follow this one. */
  readonly after?: string | undefined;
  /** Rows in one read. */
  readonly atOnce: number;
}

/** Events that are looked at may be large, so few of them are held at a time, … */
const EVENTS_AT_ONCE = 200;

/** … and by few searches of this process. */
const looking = new Turns(2);

interface Row {
  readonly id: string;
  readonly event_type: string;
  readonly position: string;
}

/** A part of what was looked at. */
interface Part<T> {
  readonly found: readonly (T & Row)[];
  /** How many were looked at. */
  readonly lookedAt: number;
  /** The last of them, found or not. */
  readonly lastId: string;
}

/**
 * Notifications in the order of their ids, which is that in which they were queued, in bounded reads: whoever has
 * enough stops. Each read sees what has committed by then.
 */
export async function* findNotifications<T extends object>(
  tx: EntityManager,
  log: EventLog,
  search: Search,
): AsyncGenerator<Part<T>> {
  const { query, atOnce } = search;
  for (const window of windowsOf(search)) {
    let { after } = search;
    for (;;) {
      const rows: (T & Row)[] = await read<T & Row>(tx, search, window, after);
      const last = rows.at(-1);
      if (!last) break;
      after = last.id;
      yield* query.matches
        ? matching(tx, log, rows, query.matches)
        : [{ found: rows, lookedAt: rows.length, lastId: after }];
      if (rows.length < atOnce) break;
    }
  }
}

function read<T>(
  tx: EntityManager,
  { query, columns, condition = 'true', order, atOnce }: Search,
  window: IdWindow,
  after: string | undefined,
): Promise<T[]> {
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const [beyond, direction] = order === 'newest first' ? ['<', 'DESC'] : ['>', 'ASC'];
  return tx.query<T[]>(
    `SELECT n.id, n.event_type, n.position, ${columns(bind)}
     FROM (SELECT * FROM delivery_notification n
           WHERE ${conditionsFor(query, window, bind)} AND ${condition}
             ${after === undefined ? '' : `AND n.id ${beyond} ${bind(after)}`}
           ORDER BY n.id ${direction} LIMIT ${bind(atOnce)}) n
     JOIN delivery_channel c ON c.id = n.channel_id ORDER BY n.id ${direction}`,
    parameters,
  );
}

/** One by its id needs none. */
function windowsOf({ query, order, after }: Search): IdWindow[] {
  if (query.id !== undefined) return [{}];
  if (order === 'oldest first') return idWindows(query.createdTo ?? new Date()).toReversed();
  return idWindows(after === undefined ? (query.createdTo ?? new Date()) : timeOfId(after));
}

async function* matching<T extends Row>(
  tx: EntityManager,
  log: EventLog,
  rows: readonly T[],
  matches: NonNullable<NotificationQuery['matches']>,
): AsyncGenerator<Part<T>> {
  for (let first = 0; first < rows.length; first += EVENTS_AT_ONCE) {
    const part = rows.slice(first, first + EVENTS_AT_ONCE);
    const found = await looking.take(async () => {
      const events = await eventsOf(tx, log, part);
      return part.filter(({ event_type: eventType, position }) => {
        const event = events.get(position);
        return event !== undefined && matches(eventType, event);
      });
    });
    yield { found, lookedAt: part.length, lastId: part.at(-1)?.id ?? '' };
  }
}

async function eventsOf(
  tx: EntityManager,
  log: EventLog,
  rows: readonly Row[],
): Promise<Map<string, DomainEvent>> {
  const events = await log.readThese(tx, [...new Set(rows.map(({ position }) => Number(position)))]);
  return new Map(events.map((event) => [String(event.position), event]));
}
