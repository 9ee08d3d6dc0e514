import type { InvalidField } from './invalid-field';

/** Enough to mend a sender; a hostile list of thousands is not echoed. */
export const MAX_REPORTED = 50;

/**
 * The first of the faults, and no further look for more: a megabyte of them, told one by one, would hold up everyone
 * else for seconds.
 */
export function firstFaults(found: Iterable<InvalidField>): InvalidField[] {
  const first: InvalidField[] = [];
  for (const invalid of found) {
    if (first.push(invalid) === MAX_REPORTED) break;
  }
  return first;
}
