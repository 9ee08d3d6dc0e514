import type { MsgHdrs } from '@nats-io/transport-node';
import { toCloudEvent } from '../cloud-event';
import type { DomainEvent } from '../domain-event';
import { SUBJECT_PREFIX } from './stream-settings';

/** CloudEvents 1.0, NATS Protocol Binding: structured content mode. */
const CONTENT_TYPE = 'application/cloudevents+json';

const POSITION = 'Karere-Position';

/** On an event that was parked and retried: it stands behind newer ones. */
const LATE = 'Karere-Late';

/** A domain event as a message, ready to be published. */
export interface EventMessage {
  readonly event: DomainEvent;
  readonly subject: string;
  readonly headers: MsgHdrs;
  readonly payload: Uint8Array;
}

/** @param headers none yet */
export function toMessage(event: DomainEvent, headers: MsgHdrs, late = false): EventMessage {
  headers.set('content-type', CONTENT_TYPE);
  headers.set(POSITION, String(event.position));
  if (late) headers.set(LATE, 'true');
  return {
    event,
    subject: SUBJECT_PREFIX + event.type,
    headers,
    payload: Buffer.from(JSON.stringify(toCloudEvent(event))),
  };
}

/** What a message in the stream says of itself; undefined when no gateway has published it. */
export interface MessageOrigin {
  readonly id: string;
  readonly position: number;
  readonly late: boolean;
}

export function originOf(headers: MsgHdrs): MessageOrigin | undefined {
  const id = headers.get('Nats-Msg-Id');
  const position = headers.get(POSITION);
  if (id === '' || !/^\d{1,15}$/.test(position)) return undefined;
  return { id, position: Number(position), late: headers.has(LATE) };
}
