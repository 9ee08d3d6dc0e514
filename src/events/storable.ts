import { isUtf8 } from 'node:buffer';

/**
 * Text that JSON allows and PostgreSQL (`text`, `jsonb`) does not: NUL, and halves of surrogate pairs. A
 * partner's message is not refused for it: the original bytes are stored as received, columns and jsonb
 * get U+FFFD in its place, and the notification is flagged.
 */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;
const REPLACEMENT = '\u{FFFD}';

/** How such text begins in JSON. UTF-8 has no surrogates and JSON no bare NUL, so it can only be escaped. */
const ESCAPES = ['\\u0000', '\\ud', '\\uD'];

/** A value, and whether something in it had to be replaced. */
interface Storable<T> {
  readonly value: T;
  readonly replaced: boolean;
}

/** JSON of a partner, and whether it differs from what has come. */
interface StorableJson<T> {
  readonly value: T;
  readonly repaired: boolean;
}

/** What can be stored of parsed JSON. @param original the bytes that it was parsed from */
export function storableJson<T>(json: T, original: Buffer): StorableJson<T> {
  const { value, replaced } = mayHoldUnstorable(original)
    ? toStorable(json)
    : { value: json, replaced: false };
  return { value, repaired: replaced || !isUtf8(original) };
}

/** False, at the cost of a few byte searches, means that `toStorable` would find nothing in this JSON. */
export function mayHoldUnstorable(json: string | Buffer): boolean {
  return ESCAPES.some((escape) => json.includes(escape));
}

/** Replaces what PostgreSQL can not hold in one text. */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE, REPLACEMENT);
}

/**
 * Replaces what PostgreSQL can not hold in all texts and keys of parsed JSON. The value is not changed: it
 * is copied, and given back as it is when nothing had to be replaced. No recursion: any depth will do. Keys
 * that become equal by the replacement are merged, the last wins.
 */
export function toStorable<T>(value: T): Storable<T> {
  let replaced = false;
  const unfinished: [source: object, copy: object][] = [];

  const clean = (text: string): string => {
    const cleaned = storableText(text);
    if (cleaned !== text) replaced = true;
    return cleaned;
  };
  const copyOf = (member: unknown): unknown => {
    if (typeof member === 'string') return clean(member);
    if (typeof member !== 'object' || member === null) return member;
    const copy = Array.isArray(member) ? [] : {};
    unfinished.push([member, copy]);
    return copy;
  };

  const copied = copyOf(value) as T;
  for (let next = unfinished.pop(); next; next = unfinished.pop()) {
    const [source, copy] = next;
    for (const [key, member] of Object.entries(source)) setOwn(copy, clean(key), copyOf(member));
  }
  return replaced ? { value: copied, replaced } : { value, replaced };
}

/** Unlike an assignment, also for a key called `__proto__`. */
function setOwn(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
