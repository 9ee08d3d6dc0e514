import { validateSync, type ValidationError, type ValidatorOptions } from 'class-validator';
import { objectRule } from './any-object';
import { pointerStep } from './json-pointer';

/** One member that breaks a rule. It never shows the value: that may be personal. */
export interface InvalidField {
  /** RFC 6901 JSON pointer: `/payload/workorder/tasks/0/taskid`. */
  readonly pointer: string;
  /** What the member must be, without its name. */
  readonly detail: string;
  /** Name of the rule. */
  readonly keyword: string;
}

/** Enough to mend a sender; a hostile list of thousands is not echoed. */
export const MAX_REPORTED = 50;

const OPTIONS: ValidatorOptions = {
  whitelist: false,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
};

/** All members of an instance that class-validator refuses, one rule for each, at most 50. `prefix` is put before the pointers. */
export function findInvalid(instance: object, prefix = ''): InvalidField[] {
  return [...invalidFieldsOf(validateSync(instance, OPTIONS), prefix)].slice(0, MAX_REPORTED);
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
