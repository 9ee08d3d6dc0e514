import { storableJson } from '../events/storable';
import { parseJson } from '../http/parse-json';
import { fingerprintOf } from './fingerprint';
import { InvalidMessage } from './invalid-message';
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
  const { value, repaired } = storableJson(parseJson(original), original);
  return {
    ...readMessage(value, zone),
    original,
    fingerprint: fingerprintOf(original),
    repaired,
  };
}

/**
 * The same of a message of which the id is known already.
 * @throws InvalidMessage also when it has another one
 */
export function receiveMessageOf(messageId: string, original: Buffer, zone: string): ReceivedMessage {
  const message = receiveMessage(original, zone);
  if (message.data.messageId === messageId) return message;
  throw new InvalidMessage([{ pointer: '/MessageId', keyword: 'same', detail: `must be ${messageId}` }]);
}
