const DAY_MS = 86_400_000;

/** Windows besides the last: they reach back 2 ** (WINDOWS - 1) days. */
const WINDOWS = 8;

/** Ids (UUID version 7) that were made in a span of time. */
export interface IdWindow {
  /** Inclusive; absent: from the beginning. */
  readonly from?: string;
  /** Exclusive; absent: to the end. */
  readonly before?: string;
}

/**
 * Parts all ids around an instant, the latest first: the day before it with all that follows, then as long a time as
 * all windows so far together, and in the end all the rest. Who looks at one after the other until there is enough
 * finds what is recent by plans that know of a few days only; in a plan over all of them, already the planning would
 * take longer than the reading, and each day would be looked at however early it ends.
 */
export function idWindows(instant: Date): IdWindow[] {
  const bounds = Array.from({ length: WINDOWS }, (_, n) => firstIdOf(instant.getTime() - 2 ** n * DAY_MS));
  return [...bounds, undefined].map((from, n) => {
    const before = bounds[n - 1];
    return { ...(from !== undefined && { from }), ...(before !== undefined && { before }) };
  });
}

/** When a UUID version 7 was made (RFC 9562 §5.7). Of another one: any time. */
export function timeOfId(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
}

/** None that is made from then on is smaller. */
function firstIdOf(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
