import { isUtf8 } from 'node:buffer';
import { mayHoldUnstorable, toStorable } from '../events/storable';
import { parseJson } from '../http/parse-json';
import { fingerprintOf } from './fingerprint';
import { readMessage, type ReadMessage } from './read-message';

/** A message that was understood, on its way into the log. */
export interface ReceivedMessage extends ReadMessage {
  /** The bytes as they came. */
  readonly original: Buffer;
  readonly fingerprint: Buffer;
  /** Whether `data` differ from the original in text that PostgreSQL can't hold. */
  readonly repaired: boolean;
}

/**
 * Makes of the bytes of a message what will be stored of it.
 * @param zone IANA name of the zone of ITAS's clocks
 * @throws NotJson, InvalidMessage, UnknownTemplate
 */
export function receiveMessage(original: Buffer, zone: string): ReceivedMessage {
  const json = parseJson(original);
  const { value, replaced } = mayHoldUnstorable(original)
    ? toStorable(json)
    : { value: json, replaced: false };
  return {
    ...readMessage(value, zone),
    original,
    fingerprint: fingerprintOf(original),
    repaired: replaced || !isUtf8(original),
  };
}
