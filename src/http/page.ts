import { invalidInput } from '../problems/problems';

/** A part of a list. `nextCursor` is absent on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/** How a caller asks for a part of a list. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * Makes a page of the `limit + 1` rows that were read: the one too many only tells that there are more.
 * @param keyOf what the list is ordered by; the next page begins after the key of this one's last item
 */
export function toPage<T>(rows: readonly T[], limit: number, keyOf: (row: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { items };
  return { items, nextCursor: Buffer.from(JSON.stringify(keyOf(last))).toString('base64url') };
}

/** @throws invalidInput when it is not a cursor that `toPage` has made */
export function readCursor(cursor: string, parts: number): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string'))
      return key;
  } catch {
    // falls through: what is not JSON is no cursor either
  }
  throw invalidInput('The cursor is not one that this list has given out.', {
    errors: [{ pointer: '?cursor', detail: 'is not a cursor of this list', keyword: 'cursor' }],
  });
}
