import type { DomainEvent, EventType } from './domain-event';
import type { EventMap } from './event-map';

/**
 * A domain event as every team outside this process gets it, whichever way it comes: CloudEvents 1.0 in JSON
 * (CloudEvents JSON Format §3). Extension attributes are strings: its integers end at 2³¹.
 */
export interface CloudEvent<T extends EventType = EventType> {
  readonly specversion: '1.0';
  /** Unique for ever, the same on every way. */
  readonly id: string;
  /** The module that states it, as a path: `/spg`. */
  readonly source: string;
  readonly type: T;
  readonly subject: string;
  /** When it entered the log, by the database's clock (RFC 3339, UTC). For the order use the position. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Place in the event log, in digits: gapless, in commit order, from 1. */
  readonly position: string;
  /** The parties that it concerns, comma separated: one whose id holds a comma looks like two. */
  readonly partyids: string;
  /** `X-Transaction-Id` of the request that caused it. */
  readonly correlationid?: string;
  /** Of the trace that it is part of (CloudEvents extension for distributed tracing, W3C Trace Context). */
  readonly traceparent?: string;
  readonly data: EventMap[T];
}

export function toCloudEvent(event: DomainEvent): CloudEvent {
  const { id, source, type, subject, time, position, partyIds, correlationId, traceparent, data } = event;
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject,
    time,
    datacontenttype: 'application/json',
    position: String(position),
    partyids: partyIds.join(','),
    ...(correlationId !== null && { correlationid: correlationId }),
    ...(traceparent !== undefined && { traceparent }),
    data,
  };
}
