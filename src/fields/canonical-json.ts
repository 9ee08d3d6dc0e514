import { isJsonObject } from './json-object';

/** JSON with the members of each object sorted: their order says nothing. Nested no deeper than JSON.stringify goes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    isJsonObject(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
