const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Longest delay. Beyond it a subscriber should ask for a replay. */
export const MAX_DELAY_MS = UNIT_MS.d;

const MAX_DELAYS = 50;

/** A retry schedule that can not be read; says which part. */
export class InvalidSchedule extends Error {
  override readonly name = 'InvalidSchedule';
}

/**
 * Reads a retry schedule such as `5s,30s,2m,10m,1h,6h`: how long to wait after the first attempt, after the
 * second, and so on, in ms. There is one attempt more than there are delays.
 * @throws InvalidSchedule
 */
export function parseSchedule(text: string): number[] {
  const delays = text.split(',').map((part) => parseDelay(part.trim()));
  if (delays.length > MAX_DELAYS) throw new InvalidSchedule(`has more than ${MAX_DELAYS} delays`);
  return delays;
}

function parseDelay(text: string): number {
  const [, amount, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  if (amount === undefined) {
    throw new InvalidSchedule(
      `${JSON.stringify(text)} is not a delay such as 30s, 2m or 1h; delays are separated by commas`,
    );
  }
  const delayMs = Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (delayMs < 1 || delayMs > MAX_DELAY_MS) {
    throw new InvalidSchedule(`${JSON.stringify(text)} is not a delay from 1ms to 1d`);
  }
  return delayMs;
}
