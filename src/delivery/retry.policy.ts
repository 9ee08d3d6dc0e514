import type { ErrorStrategy } from './channel.entity';
import { retryAfterMs } from './retry-after';
import { MAX_DELAY_MS } from './retry-schedule';
import type { SendOutcome } from './send-outcome';
import { verdictOf } from './verdict';

/** Delays are spread by this much to either side, so that what failed together does not come back together. */
const JITTER = 0.2;

/** For so long after the first attempt the receiver may put us off without using up attempts. */
export const MAX_THROTTLING_MS = 24 * 3_600_000;

/** One who is put off waits at least this part of the time since the first attempt. */
const PATIENCE = 0.25;

export interface Attempted {
  readonly outcome: SendOutcome;
  /** 1 = the first has just been made. Attempts that did not count are left out. */
  readonly attempt: number;
  /** Since the first attempt, whether it counted or not. */
  readonly sinceFirstMs: number;
  readonly strategy: ErrorStrategy;
  /** Delays in ms: the first follows the first attempt. At least one. */
  readonly schedule: readonly number[];
  readonly now: Date;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export type Decision =
  | { readonly kind: 'sent' }
  | { readonly kind: 'retry'; readonly delayMs: number; readonly countsAsAttempt: boolean }
  | { readonly kind: 'fail'; readonly disableChannel: boolean };

const FAIL: Decision = { kind: 'fail', disableChannel: false };

/**
 * What follows from an attempt.
 *
 * - Delays are the schedule's, ±20 %. A `Retry-After` on any answer that is retried makes the delay longer,
 *   never shorter; no delay is longer than a day.
 * - A receiver that throttles (429, or 503 with `Retry-After`) uses up no attempts for a day; after that each
 *   counts, so it ends. Meanwhile the delay grows with the time it has lasted, whatever little it asks for.
 * - What we ourselves broke off is done again at once and never counts, with `ignore` too.
 */
export function decide(attempted: Attempted): Decision {
  const { outcome, attempt, strategy, schedule, sinceFirstMs } = attempted;
  const verdict = verdictOf(outcome);
  if (verdict === 'sent') return { kind: 'sent' };
  if (verdict === 'gone') return { kind: 'fail', disableChannel: true };
  if (verdict === 'ours') return { kind: 'retry', delayMs: 0, countsAsAttempt: false };
  if (verdict === 'permanent' || verdict === 'untold' || strategy === 'ignore') return FAIL;
  const countsAsAttempt = verdict !== 'throttled' || sinceFirstMs >= MAX_THROTTLING_MS;
  if (countsAsAttempt && attempt > schedule.length) return FAIL;
  return { kind: 'retry', delayMs: delayMs(attempted, verdict === 'throttled'), countsAsAttempt };
}

function delayMs(attempted: Attempted, throttled: boolean): number {
  const { outcome, attempt, schedule, sinceFirstMs, now, random } = attempted;
  const scheduled = schedule[Math.min(attempt, schedule.length) - 1] ?? MAX_DELAY_MS;
  const backoff = throttled ? Math.max(scheduled, PATIENCE * sinceFirstMs) : scheduled;
  const asked = outcome.kind === 'answered' ? (retryAfterMs(outcome.retryAfter, now) ?? 0) : 0;
  const spread = random();
  // Around our own delay, but never before what was asked for.
  const delay = Math.max(backoff * (1 - JITTER + 2 * JITTER * spread), asked * (1 + JITTER * spread));
  return Math.round(Math.min(delay, MAX_DELAY_MS));
}
