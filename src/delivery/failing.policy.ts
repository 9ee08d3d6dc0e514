/** How far on the way to being disabled the owner of a channel is told; at the last it is disabled. */
const TOLD_AT = [50, 70, 90, 100] as const;

/** Who has been failing since then, or for longer, is to be told of what. */
export function stepsAt(now: Date, disableAfterMs: number): { percents: number[]; since: Date[] } {
  return {
    percents: [...TOLD_AT],
    since: TOLD_AT.map((percent) => new Date(now.getTime() - (disableAfterMs * percent) / 100)),
  };
}

/** How much of the time until a failing channel is disabled has gone by. */
export function percentOf(failingSince: Date, now: Date, disableAfterMs: number): number {
  return ((now.getTime() - failingSince.getTime()) / disableAfterMs) * 100;
}

/** What to tell now: the farthest that is due, unless it was told. So a job that was down tells once, not thrice. */
export function warningOf(percent: number, toldPercent: number): (typeof TOLD_AT)[number] | undefined {
  const due = TOLD_AT.findLast((at) => percent >= at);
  return due !== undefined && due > toldPercent ? due : undefined;
}
