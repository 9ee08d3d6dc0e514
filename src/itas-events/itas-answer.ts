import { isJsonObject, type JsonObject } from '../fields/json-object';
import { isUuid } from '../fields/uuid';
import { ItasFailure } from './itas-failure';
import type { ItasAnswer } from './itas-http';

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

const MESSAGE_ID = /"MessageId"\s*:\s*"([^"]*)"/i;
const LOCK_ID = /"LockId"\s*:\s*"([^"]*)"/i;

/** Statuses that may mean that nothing has come while a poll waited: the documents say "a timeout response". */
export const NOTHING_CAME = [304, 408];

/** Whether there is no body, or one that says nothing. */
export function isEmpty({ bytes }: ItasAnswer): boolean {
  return /^\s*(null|\{\s*\}|\[\s*\])?\s*$/.test(bytes.toString('latin1', 0, 100));
}

/** The members of a JSON object. @throws ItasFailure when the answer is something else */
export function membersOf(answer: ItasAnswer, what: string): JsonObject {
  try {
    const json: unknown = JSON.parse(textOf(answer, what));
    if (isJsonObject(json)) return json;
  } catch (error) {
    if (error instanceof ItasFailure) throw error;
  }
  throw new ItasFailure(`ITAS answered ${what} with something that is no object`);
}

/** The text of an answer that calls itself JSON, whether it is or not. @throws ItasFailure when it does not */
export function textOf({ contentType, bytes }: ItasAnswer, what: string): string {
  if (!/\bjson\b/i.test(contentType)) throw new ItasFailure(`ITAS answered ${what} with no JSON`);
  return bytes.toString();
}

/**
 * A member by the first of these names, in any case: which names the answers have is not published, but for
 * those of Register.
 */
export function member(json: JsonObject, ...names: readonly string[]): unknown {
  for (const name of names) {
    for (const [key, value] of Object.entries(json)) {
      if (key.toLowerCase() === name.toLowerCase()) return value;
    }
  }
  return undefined;
}

/** A UUID that is not all zeros, in lower case. */
export function idOf(value: unknown): string | undefined {
  return isUuid(value) && value !== NIL_UUID ? value.toLowerCase() : undefined;
}

/** The MessageId in the text of a message, which may be no JSON. */
export function messageIdIn(text: string): string | undefined {
  return idOf(memberIn(text, 'MessageId', MESSAGE_ID));
}

/** The LockId in the text of a message, which may be no JSON; as it is written. */
export function lockIdIn(text: string): string | undefined {
  const lockId = memberIn(text, 'LockId', LOCK_ID);
  return typeof lockId === 'string' && idOf(lockId) !== undefined ? lockId : undefined;
}

function memberIn(text: string, name: string, written: RegExp): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return isJsonObject(json) ? member(json, name) : undefined;
  } catch {
    return written.exec(text)?.[1];
  }
}

/** @throws ItasFailure when the result of the call is an error, whatever the status says */
export function refuseServiceError(json: JsonObject, what: string): void {
  if (member(json, 'ServiceResult') != null) throw new ItasFailure(`ITAS answered ${what} with an error`);
}
