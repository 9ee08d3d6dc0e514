import { type Class, type Field, fieldsOf } from './field-table';
import { isAbsent, isJsonObject, type JsonObject } from './json-object';

/**
 * Makes an instance of a class out of parsed JSON: declared members only, null as absent, and what is of
 * the wrong kind as it is, for validation to refuse.
 *
 * In place of class-transformer's `plainToInstance`, which walks members that nobody declared, to any
 * depth, and throws a TypeError at an object with a member called "constructor".
 */
export function toInstance<T extends object>(type: Class<T>, plain: JsonObject): T {
  const instance = new type();
  const members = instance as JsonObject;
  for (const field of fieldsOf(type)) {
    const value = plain[field.name];
    if (!isAbsent(value)) members[field.name] = instantiate(field, value);
  }
  return instance;
}

function instantiate({ nested }: Field, value: unknown): unknown {
  if (!nested) return value;
  if (isJsonObject(value)) return toInstance(nested(), value);
  if (!Array.isArray(value)) return value;
  // class-validator looks into lists of lists; null is as little an object as they are.
  return value.map((item) => (isJsonObject(item) ? toInstance(nested(), item) : null));
}
