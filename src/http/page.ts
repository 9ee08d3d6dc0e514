import { isBigintDigits } from '../fields/digits';
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
  return { items, nextCursor: toCursor(...keyOf(last)) };
}

/** @param key what the list is ordered by, of the last item that the pages so far have looked at */
export function toCursor(...key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** What a part of a cursor has to be, since the database would refuse anything else. */
type CursorPart = (part: string) => boolean;

/** Digits of a bigint of PostgreSQL. */
export const isId: CursorPart = isBigintDigits;
export const isInstant: CursorPart = (part) =>
  /^[12]\d{3}-/.test(part) && !Number.isNaN(Date.parse(part)) && new Date(part).toISOString() === part;
export const isStorable: CursorPart = (part) => part.isWellFormed() && !part.includes('\0');

/** @throws invalidInput when it is not a cursor that `toPage` has made of a key with these parts */
export function readCursor(cursor: string, ...parts: readonly CursorPart[]): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (isKeyOf(parts, key)) return key;
  } catch {
    // falls through: what is not JSON is no cursor either
  }
  throw invalidInput('The cursor is not one that this list has given out.', {
    errors: [{ pointer: '?cursor', detail: 'is not a cursor of this list', keyword: 'cursor' }],
  });
}

function isKeyOf(parts: readonly CursorPart[], key: unknown): key is string[] {
  return (
    Array.isArray(key) &&
    key.length === parts.length &&
    parts.every((isPart, index) => {
      const part: unknown = key[index];
      return typeof part === 'string' && isPart(part);
    })
  );
}
