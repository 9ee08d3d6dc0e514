import { isJsonObject, type JsonObject } from '../fields/json-object';
import { isUuid } from '../fields/uuid';
import { NotJson, parseJson } from '../http/parse-json';
import { ItasFailure, ServiceError } from './itas-failure';
import type { ItasAnswer } from './itas-http';

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

const MESSAGE_ID = /"MessageId"\s*:\s*"([^"]*)"/i;
const LOCK_ID = /"LockId"\s*:\s*"([^"]*)"/i;

/** No body, or one that says nothing; with or without a byte order mark. */
const NOTHING = /^(\u00EF\u00BB\u00BF)?\s*(null|\{\s*\}|\[\s*\])?\s*$/;

/** Statuses that may mean that nothing has come while a poll waited: the documents say "a timeout response". */
export const NOTHING_CAME = [304, 408];

/** Whether there is no body, or one that says nothing. */
export function isEmpty({ bytes }: ItasAnswer): boolean {
  return NOTHING.test(bytes.toString('latin1', 0, 100));
}

/** The members of a JSON object. @throws ItasFailure when the answer is something else */
export function membersOf(answer: ItasAnswer, what: string): JsonObject {
  const json = readJson(answer, what);
  if (isJsonObject(json)) return json;
  throw new ItasFailure(`ITAS answered ${what} with something that is no object`);
}

/**
 * Of a call whose answer says nothing that we need, and may say nothing at all.
 * @throws ItasFailure when a 2xx comes from somebody else, ServiceError when it says that it was not done
 */
export function refuseUnlessDone(answer: ItasAnswer, what: string): void {
  if (answer.status >= 300 || isEmpty(answer)) return;
  const json = readJson(answer, what);
  if (isJsonObject(json)) refuseServiceError(json, what);
}

/** @throws ItasFailure when the answer does not call itself JSON, whether it is or not */
export function refuseUnlessJson({ contentType }: ItasAnswer, what: string): void {
  if (!/\bjson\b/i.test(contentType)) throw new ItasFailure(`ITAS answered ${what} with no JSON`);
}

/** @throws ServiceError when the result of the call is an error, whatever the status says */
export function refuseServiceError(json: JsonObject, what: string): void {
  if (member(json, 'ServiceResult') != null) throw new ServiceError(`ITAS answered ${what} with an error`);
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

/** Whether a member that is there says that there is no id. */
export function isNoId(value: unknown): boolean {
  return value === null || value === '' || value === NIL_UUID;
}

/** The MessageId in a message, which may be no JSON. */
export function messageIdIn(message: Buffer): string | undefined {
  return idOf(memberIn(message, 'MessageId', MESSAGE_ID));
}

/** The LockId in a message, which may be no JSON; as it is written. */
export function lockIdIn(message: Buffer): string | undefined {
  const lockId = memberIn(message, 'LockId', LOCK_ID);
  return typeof lockId === 'string' && idOf(lockId) !== undefined ? lockId : undefined;
}

function memberIn(message: Buffer, name: string, written: RegExp): unknown {
  try {
    const json = parseJson(message);
    return isJsonObject(json) ? member(json, name) : undefined;
  } catch {
    return written.exec(message.toString())?.[1];
  }
}

function readJson(answer: ItasAnswer, what: string): unknown {
  refuseUnlessJson(answer, what);
  try {
    return parseJson(answer.bytes);
  } catch (error) {
    if (error instanceof NotJson) throw new ItasFailure(`ITAS answered ${what} with JSON that is broken`);
    throw error;
  }
}
