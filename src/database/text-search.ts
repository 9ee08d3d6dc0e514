/** Characters; a tsvector ends at 1 MiB. */
const MAX_SEARCHED = 100_000;

/** What `to_tsvector('simple', …)` is to be made of. */
export function searchedText(words: readonly string[]): string {
  return words.join(' ').slice(0, MAX_SEARCHED).toWellFormed();
}

/** All texts in a JSON value, by key: the same JSON may come with its keys in another order. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return members.flatMap(([, member]) => textsIn(member));
}

/**
 * For `to_tsquery('simple', …)`: every word, or the beginning of one, has to occur. Quoted, so that nothing in it
 * is an operator of tsquery.
 */
export function prefixesOf(text: string): string {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => `'${word.replaceAll('\\', '\\\\').replaceAll("'", "''")}':*`)
    .join(' & ');
}
