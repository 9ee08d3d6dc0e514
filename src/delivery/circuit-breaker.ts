/** How an endpoint is doing. Times are milliseconds of any one clock; one that nobody sets back is best. */
export interface Breaker {
  /** `closed`: all goes through. `open`: nothing. `half-open`: one at a time, to see. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** Goes up whenever the state changes: tells outcomes of now from those of before. */
  readonly generation: number;
  /** Failures in a row. */
  readonly failuresInARow: number;
  /** Successes in a row. */
  readonly successesInARow: number;
  /** Outcomes of late, and failures among them, each counting less the older it is. */
  readonly recent: number;
  readonly recentFailures: number;
  /** When the two before were right. */
  readonly recentAt: number;
  /** Openings without a good time between them: makes the hold longer. */
  readonly openings: number;
  /** `open`: closed to all until then. `half-open`: when the one that went through is given up. */
  readonly until: number;
}

export interface BreakerOptions {
  /** Opens after so many failures in a row. Default 5. */
  readonly failuresInARow: number;
  /** Opens when this part of the recent outcomes are failures. Default 0.5. */
  readonly failureRate: number;
  /** … of at least so many. Default 20. */
  readonly minimumRecent: number;
  /** An outcome counts half after this time. Default 30 s. */
  readonly halfLifeMs: number;
  /** First hold; each further one is twice as long. Default 10 s. */
  readonly firstHoldMs: number;
  /** Longest hold. Default 10 min. */
  readonly maxHoldMs: number;
  /** The one let through that does not report back is given up after this; longer than a send may take. Default 60 s. */
  readonly probeMs: number;
}

export const DEFAULT_BREAKER: BreakerOptions = {
  failuresInARow: 5,
  failureRate: 0.5,
  minimumRecent: 20,
  halfLifeMs: 30_000,
  firstHoldMs: 10_000,
  maxHoldMs: 600_000,
  probeMs: 60_000,
};

/** Holds are spread by this much, so that replicas and endpoints do not knock together. */
const JITTER = 0.2;

export const CLOSED: Breaker = {
  state: 'closed',
  generation: 0,
  failuresInARow: 0,
  successesInARow: 0,
  recent: 0,
  recentFailures: 0,
  recentAt: 0,
  openings: 0,
  until: 0,
};

/** How much may go to the endpoint now. Who takes the `one` has to say so with `lettingOneThrough`. */
export function admits(breaker: Breaker, now: number): 'all' | 'one' | 'none' {
  if (breaker.state === 'closed') return 'all';
  return now >= breaker.until ? 'one' : 'none';
}

/** Half-open: until its one has reported, or has been given up, nothing else goes through. */
export function lettingOneThrough(breaker: Breaker, now: number, { probeMs } = DEFAULT_BREAKER): Breaker {
  return { ...breaker, state: 'half-open', generation: breaker.generation + 1, until: now + probeMs };
}

/**
 * After an attempt. `generation` is the breaker's when the attempt began: what began before the last change of
 * state says nothing any more, so those who were under way when it opened neither prolong the hold nor end it.
 * @param random uniform in [0, 1)
 */
export function recorded(
  breaker: Breaker,
  attempt: { readonly generation: number; readonly succeeded: boolean },
  now: number,
  random: () => number,
  options: BreakerOptions = DEFAULT_BREAKER,
): Breaker {
  if (attempt.generation !== breaker.generation || breaker.state === 'open') return breaker;
  if (breaker.state === 'half-open') {
    return attempt.succeeded ? closedAgain(breaker) : opened(breaker, now, random, options);
  }
  const counted = count(breaker, attempt.succeeded, now, options);
  return isTooMuch(counted, options) ? opened(counted, now, random, options) : counted;
}

/** The one that was let through has come back and tells nothing: another may go at once. */
export function withoutTidings(breaker: Breaker, generation: number, now: number): Breaker {
  if (breaker.state !== 'half-open' || breaker.generation !== generation) return breaker;
  return { ...breaker, until: now };
}

/** Whether nothing of it is worth remembering: closed, and not even half a failure of late. */
export function isUnblemished(breaker: Breaker, now: number, { halfLifeMs } = DEFAULT_BREAKER): boolean {
  const { state, openings, failuresInARow, recentFailures, recentAt } = breaker;
  if (state !== 'closed' || openings > 0 || failuresInARow > 0) return false;
  return recentFailures * fade(now - recentAt, halfLifeMs) < 0.5;
}

function fade(ms: number, halfLifeMs: number): number {
  return 0.5 ** (Math.max(0, ms) / halfLifeMs);
}

function count(breaker: Breaker, succeeded: boolean, now: number, options: BreakerOptions): Breaker {
  const faded = fade(now - breaker.recentAt, options.halfLifeMs);
  const successesInARow = succeeded ? breaker.successesInARow + 1 : 0;
  return {
    ...breaker,
    failuresInARow: succeeded ? 0 : breaker.failuresInARow + 1,
    successesInARow,
    recent: breaker.recent * faded + 1,
    recentFailures: breaker.recentFailures * faded + (succeeded ? 0 : 1),
    recentAt: Math.max(now, breaker.recentAt),
    openings: successesInARow >= options.failuresInARow ? 0 : breaker.openings,
  };
}

function isTooMuch({ failuresInARow, recent, recentFailures }: Breaker, options: BreakerOptions): boolean {
  if (failuresInARow >= options.failuresInARow) return true;
  return (
    failuresInARow > 0 && recent >= options.minimumRecent && recentFailures >= options.failureRate * recent
  );
}

function opened(breaker: Breaker, now: number, random: () => number, options: BreakerOptions): Breaker {
  const hold = Math.min(options.firstHoldMs * 2 ** breaker.openings, options.maxHoldMs);
  return {
    ...CLOSED,
    state: 'open',
    generation: breaker.generation + 1,
    openings: breaker.openings + 1,
    until: Math.round(now + hold * (1 - JITTER + 2 * JITTER * random())),
  };
}

/** Openings are kept: one success does not yet make a good time. */
function closedAgain({ generation, openings }: Breaker): Breaker {
  return { ...CLOSED, generation: generation + 1, openings };
}
