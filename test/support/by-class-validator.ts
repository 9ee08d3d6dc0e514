import { validateSync, type ValidationError, type ValidatorOptions } from 'class-validator';
import { objectRule } from '../../src/fields/any-object';
import { type Class, type Field, fieldsOf } from '../../src/fields/field-table';
import type { InvalidField } from '../../src/fields/invalid-field';
import { isAbsent, isJsonObject, type JsonObject } from '../../src/fields/json-object';
import { pointerStep } from '../../src/fields/json-pointer';

/*
 * The composed decorators say everything twice from one declaration: to our field table, which `check` goes by,
 * and to class-validator, which Nest's pipe goes by. Here is the second reading, for tests that hold it against
 * the first.
 */

const OPTIONS: ValidatorOptions = {
  whitelist: false,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
};

/** All members that class-validator refuses, one rule for each. */
export function findInvalid(instance: object): InvalidField[] {
  return [...invalidFieldsOf(validateSync(instance, OPTIONS), '')];
}

function* invalidFieldsOf(errors: readonly ValidationError[], parent: string): Generator<InvalidField> {
  for (const { property, constraints, children } of errors) {
    // No property: the class declares no rules at all, and class-validator refuses the object as such.
    const pointer = property ? parent + pointerStep(property) : parent;
    for (const [name, detail] of Object.entries(constraints ?? {})) {
      yield { pointer, detail, keyword: name === 'nestedValidation' ? objectRule.keyword : name };
    }
    yield* invalidFieldsOf(children ?? [], pointer);
  }
}

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
