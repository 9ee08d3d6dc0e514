/** Numbers from `from` to `to`, both included. */
export interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

/** Ascending numbers as ranges without a hole. */
export function rangesOf(ascending: readonly bigint[]): Range[] {
  const ranges: Range[] = [];
  for (const id of ascending) {
    const last = ranges.at(-1);
    if (last && id <= last.to + 1n) ranges[ranges.length - 1] = { from: last.from, to: id };
    else ranges.push({ from: id, to: id });
  }
  return ranges;
}

/** What of ascending, disjoint ranges lies within one range. */
export function within(range: Range, others: readonly Range[]): Range[] {
  return others
    .map(({ from, to }) => ({ from: max(from, range.from), to: min(to, range.to) }))
    .filter(({ from, to }) => from <= to);
}

/** What is left of a range without ascending, disjoint ranges within it. */
export function without(range: Range, others: readonly Range[]): Range[] {
  const rest: Range[] = [];
  let from = range.from;
  for (const other of within(range, others)) {
    if (other.from > from) rest.push({ from, to: other.from - 1n });
    from = other.to + 1n;
  }
  return from <= range.to ? [...rest, { from, to: range.to }] : rest;
}

/** The ranges between the numbers seen so far, up to `highest`, and ascending ones above it. */
export function holesAbove(highest: bigint, ascending: readonly bigint[]): Range[] {
  const last = ascending.at(-1);
  return last === undefined ? [] : without({ from: highest + 1n, to: last }, rangesOf(ascending));
}

export function sortIds(ids: Iterable<bigint>): bigint[] {
  return [...ids].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
