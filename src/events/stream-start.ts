import { BIGINT_DIGITS } from '../fields/digits';
import { isId } from '../http/page';
import { invalidInput } from '../problems/problems';

/**
 * After which position a stream begins: what the client had last; else what it asks for; undefined: the head.
 * @throws invalidInput
 */
export function streamStart(lastEventId: string | undefined, after: string | undefined): number | undefined {
  const start = lastEventId || after;
  if (start === undefined) return undefined;
  if (isId(start)) return Number(start);
  throw invalidInput(`The header Last-Event-ID is not the position of an event: that is ${BIGINT_DIGITS}.`);
}
