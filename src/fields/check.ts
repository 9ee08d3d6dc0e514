import { objectRule } from './any-object';
import { type Class, type Field, fieldsOf, unknownMembers } from './field-table';
import { firstFaults } from './first-faults';
import type { InvalidField } from './invalid-field';
import { isAbsent, isJsonObject, type JsonObject } from './json-object';
import { pointerStep } from './json-pointer';
import { satisfies } from './satisfies';

/**
 * What is wrong in parsed JSON that should be of a class made of composed decorators: one rule for each member,
 * 50 members at most; empty when nothing is.
 */
export function check(type: Class, plain: JsonObject): InvalidField[] {
  return satisfies(type, plain) ? [] : firstFaults(invalidIn(type, plain, ''));
}

function* invalidIn(type: Class, plain: JsonObject, parent: string): Generator<InvalidField> {
  for (const name of unknownMembers(type, plain))
    yield { pointer: parent + pointerStep(name), ...unknownOf(type) };
  const told = new Set<string>();
  for (const field of fieldsOf(type)) {
    const { name, rule } = field;
    if (told.has(name)) continue;
    const value = plain[name];
    const pointer = parent + pointerStep(name);
    if (rule.holds(value, plain)) yield* invalidInside(field, value, pointer);
    else {
      told.add(name);
      const missing = field.required && isAbsent(value);
      yield missing ? { pointer, ...REQUIRED } : { pointer, detail: rule.detail, keyword: rule.keyword };
    }
  }
}

function* invalidInside({ nested }: Field, value: unknown, pointer: string): Generator<InvalidField> {
  if (!nested || isAbsent(value)) return;
  const items: [string, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [`${pointer}/${index}`, item])
    : [[pointer, value]];
  for (const [place, item] of items) {
    if (!isJsonObject(item)) yield { pointer: place, detail: objectRule.detail, keyword: objectRule.keyword };
    else if (!satisfies(nested(), item)) yield* invalidIn(nested(), item, place);
  }
}

function unknownOf(type: Class): Omit<InvalidField, 'pointer'> {
  const known = [...new Set(fieldsOf(type).map(({ name }) => name))];
  return { detail: `must be left out; known here: ${known.join(', ')}`, keyword: 'unknown' };
}

const REQUIRED = { detail: 'is required', keyword: 'required' };
