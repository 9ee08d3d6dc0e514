import type { Class } from './field-table';
import { findInvalid, type InvalidField } from './find-invalid';
import type { JsonObject } from './json-object';
import { satisfies } from './satisfies';
import { toInstance } from './to-instance';

/**
 * What is wrong in parsed JSON that should be of a class made of composed decorators; empty when nothing
 * is. Good input, the common case, never pays for the search for errors.
 */
export function check(type: Class, plain: JsonObject): InvalidField[] {
  return satisfies(type, plain) ? [] : findInvalid(toInstance(type, plain));
}
