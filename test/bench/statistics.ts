/** The middle of the values; NaN when there are none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that a share `q` (0 to 1) of the values does not exceed, interpolated; NaN when there are none. */
export function quantile(values: readonly number[], q: number): number {
  const ascending = Float64Array.from(values).toSorted();
  const place = (ascending.length - 1) * q;
  const below = ascending[Math.floor(place)] ?? NaN;
  const above = ascending[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place % 1);
}

/** How far the values lie apart: (highest - lowest) / median, in percent. */
export function spreadPercent(values: readonly number[]): number {
  return (100 * (Math.max(...values) - Math.min(...values))) / median(values);
}
