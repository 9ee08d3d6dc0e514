import type { EventMap } from './event-map';

export type EventType = keyof EventMap;

/** A fact that one of our modules states, as one type's event. */
interface EventOf<T extends EventType> {
  /** Place in the event log: gapless, in commit order, from 1. */
  readonly position: number;
  /** Unique for ever; the idempotency key of every effect outside our database. */
  readonly id: string;
  readonly type: T;
  /** The module that states it, as a path: `/spg`. */
  readonly source: string;
  /** What it is about, within the source: a work order's number. */
  readonly subject: string;
  /** When it entered the log, by the database's clock (RFC 3339, UTC). For the order use the position. */
  readonly time: string;
  /** The parties that it concerns; a subscription sees only events of its own party. */
  readonly partyIds: readonly string[];
  /** `X-Transaction-Id` of the request that caused it. */
  readonly correlationId: string | null;
  /** W3C Trace Context of that request, when it is part of a trace. */
  readonly traceparent?: string;
  /** Plain JSON. */
  readonly data: EventMap[T];
}

/** The event of one type, or of any of several: `switch (event.type)` narrows `event.data`. */
export type DomainEvent<T extends EventType = EventType> = { [K in T]: EventOf<K> }[T];

/** What a module hands to the log, which adds position, id and time. */
export type NewEvent<T extends EventType = EventType> = {
  [K in T]: Omit<EventOf<K>, 'position' | 'id' | 'time'>;
}[T];
