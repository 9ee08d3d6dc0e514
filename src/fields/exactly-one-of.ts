import { additionalRule } from './field';
import { isAbsent } from './json-object';

/** Of these members of the same object one is there, and only one. Put it on the first of them, which is optional. */
export function ExactlyOneOf(...names: readonly string[]): PropertyDecorator {
  return additionalRule({
    keyword: 'exactlyOneOf',
    detail: `must be given, or ${names.slice(1).join(' or ')} in its place, but only one of them`,
    holds: (_value, owner) =>
      names.filter((name) => !isAbsent((owner as Record<string, unknown>)[name])).length === 1,
  });
}
