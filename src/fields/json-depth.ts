import { pointerStep } from './json-pointer';

/**
 * Levels of objects and lists that a body may have. The deepest that a partner documents is 7; PostgreSQL
 * reads jsonb by recursion and gives up at some thousands.
 */
export const MAX_DEPTH = 100;

/**
 * JSON pointer of the first object or list that lies deeper than `levels`; undefined when there is none.
 * The recursion ends at that depth, so no input can overflow the stack.
 */
export function findTooDeep(value: unknown, levels = MAX_DEPTH): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (levels === 0) return '';
  // Parsed JSON has no inherited members, and a list of the entries would cost more than the rest.
  for (const key in value) {
    const member: unknown = (value as Record<string, unknown>)[key];
    if (typeof member !== 'object') continue;
    const below = findTooDeep(member, levels - 1);
    if (below !== undefined) return pointerStep(key) + below;
  }
  return undefined;
}
