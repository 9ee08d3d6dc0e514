/** From an instant to another. */
export interface Period {
  readonly start: Date;
  readonly end: Date;
}

/** When the customer has time: in any of `available`, if there are some, and in none of `notAvailable`. */
export interface CustomerPeriods {
  readonly available: readonly Period[];
  readonly notAvailable: readonly Period[];
}

/** Whether the customer has time from the beginning to the end: nobody knows when in the window the technician comes. */
export function customerHasTime({ available, notAvailable }: CustomerPeriods, visit: Period): boolean {
  if (notAvailable.some((period) => period.start < visit.end && period.end > visit.start)) return false;
  return available.length === 0 || isCovered(visit, available);
}

/** Also by several that follow one another without a gap. */
function isCovered({ start, end }: Period, periods: readonly Period[]): boolean {
  let covered = start.getTime();
  for (const period of periods.toSorted((a, b) => a.start.getTime() - b.start.getTime())) {
    if (period.start.getTime() > covered) break;
    covered = Math.max(covered, period.end.getTime());
  }
  return covered >= end.getTime();
}
