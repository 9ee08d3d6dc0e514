import { type Class, fieldsOf, unknownMembers } from './field-table';
import { isAbsent, isJsonObject, type JsonObject } from './json-object';

/**
 * Whether parsed JSON keeps every rule of a class, by the same rules as class-validator but without its
 * instances and error objects: microseconds in place of a hundred.
 *
 * It knows the rules of the composed decorators only. A class that also has others (`@ValidateIf`, …) has
 * to be validated with `findInvalid` alone.
 */
export function satisfies<T extends object>(type: Class<T>, plain: JsonObject): plain is T & JsonObject {
  for (const { name, rule, nested } of fieldsOf(type)) {
    const value = plain[name];
    if (!rule.holds(value, plain)) return false;
    if (nested && !isAbsent(value) && !eachSatisfies(nested(), value)) return false;
  }
  return unknownMembers(type, plain).length === 0;
}

function eachSatisfies(type: Class, value: unknown): boolean {
  if (!Array.isArray(value)) return isJsonObject(value) && satisfies(type, value);
  return value.every((item) => isJsonObject(item) && satisfies(type, item));
}
