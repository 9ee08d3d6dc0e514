import { objectRule } from './any-object';
import { check } from './check';
import type { Class } from './field-table';
import type { InvalidField } from './invalid-field';
import { findTooDeep, MAX_DEPTH } from './json-depth';
import { isJsonObject, type JsonObject } from './json-object';

type Refusal = new (invalid: readonly InvalidField[]) => Error;

/**
 * Parsed JSON as an envelope of a class, of which the inside may be looked at then: it is not nested too deep.
 * @param refusals thrown when it is no such envelope, and when what is in it is nested too deep
 */
export function openEnvelope<T extends object>(
  type: Class<T>,
  json: unknown,
  { envelope: RefusedEnvelope, content: RefusedContent }: { envelope: Refusal; content: Refusal },
): T & JsonObject {
  if (!isJsonObject(json)) {
    const { keyword, detail } = objectRule;
    throw new RefusedEnvelope([{ pointer: '', keyword, detail }]);
  }
  const invalid = check(type, json);
  if (invalid.length > 0) throw new RefusedEnvelope(invalid);
  const pointer = findTooDeep(json);
  if (pointer !== undefined) {
    const detail = `must not lie deeper than ${MAX_DEPTH} levels`;
    throw new RefusedContent([{ pointer, keyword: 'depth', detail }]);
  }
  return json as T & JsonObject;
}
