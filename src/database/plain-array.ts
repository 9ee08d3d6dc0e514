/**
 * PostgreSQL's text of an array whose values need no quotes: numbers, booleans, UUIDs, words of our own; undefined is
 * NULL. The driver would look at each character of each.
 */
export function plainArray(values: readonly (string | number | boolean | undefined)[]): string {
  let text = '{';
  for (const value of values) text += `${value ?? 'NULL'},`;
  return values.length > 0 ? `${text.slice(0, -1)}}` : '{}';
}
