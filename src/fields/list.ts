import type { Rule } from './rule';

export interface ListBounds {
  /** Default 0. */
  min?: number;
  /** Default 1000: no list is without a limit. */
  max?: number;
}

const DEFAULT_MAX = 1000;

/** A list of so many items, each of which keeps `item`, if given. */
export function listRule({ min = 0, max = DEFAULT_MAX }: ListBounds, item?: Rule): Rule {
  return {
    keyword: 'list',
    detail: `must be a list of ${min} to ${max} items${item ? `, each of which ${item.detail}` : ''}`,
    holds: (value, owner) =>
      Array.isArray(value) &&
      value.length >= min &&
      value.length <= max &&
      (!item || value.every((each) => item.holds(each, owner))),
  };
}

export function listSchema({ min = 0, max = DEFAULT_MAX }: ListBounds): {
  minItems: number;
  maxItems: number;
} {
  return { minItems: min, maxItems: max };
}
