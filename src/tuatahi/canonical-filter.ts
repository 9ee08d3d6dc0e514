import { createHash } from 'node:crypto';
import { conditionsOf, type EntryConditions, type FilterEntry, type Filters } from './filter';

/**
 * Entries without what does not matter: conditions in the order of their attributes, entries in an order of their
 * own, each once. Empty when everything matches, whichever way that was said.
 */
export function canonicalEntries(entries: readonly FilterEntry[]): EntryConditions[] {
  const canonical = new Map<string, EntryConditions>();
  for (const entry of entries) {
    const { all, not } = conditionsOf(entry);
    if (all.length === 0 && not.length === 0) return [];
    const sorted = { all: all.toSorted(byName), not: not.toSorted(byName) };
    canonical.set(JSON.stringify(sorted), sorted);
  }
  return [...canonical].toSorted(byName).map(([, conditions]) => conditions);
}

/**
 * The same for filters that are the same but for the order and repetition of what is in them: SHA-256, hex.
 * It is stored to find duplicate subscriptions, so what goes into it can not be changed without a migration.
 */
export function filterHash(filters: Filters | null | undefined): string {
  const canonical = JSON.stringify(canonicalEntries(filters?.attributes ?? []));
  return createHash('sha256').update(canonical).digest('hex');
}

/** By code units: the same order on every machine. */
function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
