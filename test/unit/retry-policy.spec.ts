import fc from 'fast-check';
import { retryAfterMs } from '../../src/delivery/retry-after';
import { InvalidSchedule, MAX_DELAY_MS, parseSchedule } from '../../src/delivery/retry-schedule';
import { type Attempted, decide, MAX_THROTTLING_MS } from '../../src/delivery/retry.policy';
import type { SendError, SendOutcome } from '../../src/delivery/send-outcome';
import { isUp, verdictOf } from '../../src/delivery/verdict';

const schedule = parseSchedule('5s,30s,2m,10m,1h,6h');
const now = new Date('2026-11-22T00:00:00Z');

function answered(status: number, retryAfter?: string): SendOutcome {
  return {
    kind: 'answered',
    status,
    answer: '',
    durationMs: 1,
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

function failed(error: SendError): SendOutcome {
  return { kind: 'failed', error, durationMs: 1 };
}

function rejected(permanent: boolean): Extract<SendOutcome, { kind: 'rejected' }> {
  return { kind: 'rejected', about: 'message', permanent, answer: '', durationMs: 1 };
}

/** The next of a stream that does not end. */
function take<T>(stream: Iterator<T>): T {
  return stream.next().value as T;
}

/** In the middle of the jitter, after the first attempt, unless said otherwise. */
function decided(outcome: SendOutcome, more: Partial<Attempted> = {}): ReturnType<typeof decide> {
  return decide({
    outcome,
    attempt: 1,
    sinceFirstMs: 0,
    strategy: 'retry',
    schedule,
    now,
    random: () => 0.5,
    ...more,
  });
}

describe('parseSchedule', () => {
  it('reads delays in all units', () => {
    expect(schedule).toEqual([5000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000]);
    expect(parseSchedule(' 250ms , 1d ')).toEqual([250, 86_400_000]);
  });

  it.each(['', ',', '5s,', '5', '5 s', '-5s', '1.5h', '0s', '2d', '25h', '5w', '5S', '9999999999s'])(
    'does not take %j',
    (text) => {
      expect(() => parseSchedule(text)).toThrow(InvalidSchedule);
    },
  );

  it('says which delay is wrong', () => {
    expect(() => parseSchedule('5s,soon')).toThrow(
      '"soon" is not a delay such as 30s, 2m or 1h; delays are separated by commas',
    );
    expect(() => parseSchedule('5s,3d')).toThrow('"3d" is not a delay from 1ms to 1d');
    expect(() => parseSchedule(Array(51).fill('1s').join())).toThrow('has more than 50 delays');
  });
});

describe('retryAfterMs', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Sun, 22 Nov 2026 00:01:00 GMT', 60_000],
    ['Sunday, 22-Nov-26 00:01:00 GMT', 60_000],
    ['Sat, 21 Nov 2026 00:00:00 GMT', 0],
    ['9'.repeat(400), Infinity],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['2026-11-22T00:01:00Z', undefined],
    ['Sun Nov 22 00:01:00 2026', undefined],
    ['Sun, 99 Nov 2026 00:01:00 GMT', undefined],
  ])('reads %j as %s', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});

describe('decide', () => {
  it.each([200, 201, 202, 204, 299])('%i is sent', (status) => {
    expect(decided(answered(status))).toEqual({ kind: 'sent' });
  });

  it.each([408, 500, 501, 502, 503, 504, 599])('%i is retried', (status) => {
    expect(decided(answered(status))).toEqual({ kind: 'retry', delayMs: 5000, countsAsAttempt: true });
  });

  it.each<SendError>([
    'timeout',
    'dns',
    'refused-address',
    'connection-refused',
    'connection-reset',
    'unreachable',
    'tls',
    'protocol',
    'login',
    'network',
  ])('%s is retried', (error) => {
    expect(decided(failed(error))).toEqual({ kind: 'retry', delayMs: 5000, countsAsAttempt: true });
  });

  it.each([300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 409, 413, 422, 451, 600, 999])(
    '%i fails',
    (status) => {
      expect(decided(answered(status))).toEqual({ kind: 'fail', disableChannel: false });
    },
  );

  it('410 fails and disables the channel, with either strategy', () => {
    expect(decided(answered(410))).toEqual({ kind: 'fail', disableChannel: true });
    expect(decided(answered(410), { strategy: 'ignore' })).toEqual({ kind: 'fail', disableChannel: true });
  });

  it('what can not be sent at all fails', () => {
    expect(decided(failed('invalid-request'))).toEqual({ kind: 'fail', disableChannel: false });
  });

  it('a mail server decides by its reply', () => {
    expect(decided({ kind: 'accepted', answer: '250 OK', durationMs: 1 })).toEqual({ kind: 'sent' });
    expect(decided(rejected(true))).toEqual({ kind: 'fail', disableChannel: false });
    expect(decided(rejected(false))).toEqual({ kind: 'retry', delayMs: 5000, countsAsAttempt: true });
  });

  it('what we broke off is done again at once and does not count, with either strategy', () => {
    const again = { kind: 'retry', delayMs: 0, countsAsAttempt: false };
    expect(decided(failed('aborted'), { attempt: 7 })).toEqual(again);
    expect(decided(failed('aborted'), { strategy: 'ignore' })).toEqual(again);
  });

  it('`ignore` is one attempt', () => {
    for (const outcome of [answered(500), answered(429, '1'), failed('timeout'), rejected(false)]) {
      expect(decided(outcome, { strategy: 'ignore' })).toEqual({ kind: 'fail', disableChannel: false });
    }
    expect(decided(answered(200), { strategy: 'ignore' })).toEqual({ kind: 'sent' });
  });

  it('follows the schedule and fails after the attempt that follows the last delay', () => {
    const delays = schedule.map((_, index) => decided(answered(500), { attempt: index + 1 }));
    expect(delays).toEqual(schedule.map((delayMs) => ({ kind: 'retry', delayMs, countsAsAttempt: true })));
    expect(decided(answered(500), { attempt: 7 })).toEqual({ kind: 'fail', disableChannel: false });
  });

  it('spreads delays by 20 % to either side', () => {
    expect(decided(answered(500), { random: () => 0 })).toMatchObject({ delayMs: 4000 });
    expect(decided(answered(500), { random: () => 0.999_999 })).toMatchObject({ delayMs: 6000 });
  });

  it('waits as long as it is asked to, never less than the schedule and never more than a day', () => {
    expect(decided(answered(500, '60'))).toMatchObject({ delayMs: 66_000, countsAsAttempt: true });
    expect(decided(answered(500, 'Sun, 22 Nov 2026 00:01:00 GMT'))).toMatchObject({ delayMs: 66_000 });
    expect(decided(answered(500, '1'))).toMatchObject({ delayMs: 5000 });
    expect(decided(answered(500, '9999999'))).toMatchObject({ delayMs: MAX_DELAY_MS });
    expect(decided(answered(500, 'whenever'))).toMatchObject({ delayMs: 5000 });
  });

  it('does not count an attempt that was throttled', () => {
    expect(decided(answered(429))).toEqual({ kind: 'retry', delayMs: 5000, countsAsAttempt: false });
    expect(decided(answered(503, '60'))).toEqual({ kind: 'retry', delayMs: 66_000, countsAsAttempt: false });
    expect(decided(answered(429), { attempt: 7 })).toEqual({
      kind: 'retry',
      delayMs: 21_600_000,
      countsAsAttempt: false,
    });
  });

  it('waits longer the longer it is throttled, and counts after a day', () => {
    expect(decided(answered(429, '1'), { sinceFirstMs: 3_600_000 })).toMatchObject({ delayMs: 900_000 });
    const late = { sinceFirstMs: MAX_THROTTLING_MS };
    expect(decided(answered(429), late)).toMatchObject({ kind: 'retry', countsAsAttempt: true });
    expect(decided(answered(429), { ...late, attempt: 7 })).toEqual({ kind: 'fail', disableChannel: false });
  });

  const anyOutcome = fc.oneof(
    fc
      .tuple(fc.integer({ min: 200, max: 999 }), fc.option(fc.oneof(fc.nat().map(String), fc.string())))
      .map(([status, retryAfter]) => answered(status, retryAfter ?? undefined)),
    fc.constantFrom<SendError>('timeout', 'dns', 'tls', 'network', 'invalid-request').map(failed),
    fc.boolean().map(rejected),
  );
  const anySchedule = fc.array(fc.integer({ min: 1, max: MAX_DELAY_MS }), { minLength: 1, maxLength: 8 });
  const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('never waits longer than a day, nor shorter than 80 % of the schedule', () => {
    fc.assert(
      fc.property(
        anyOutcome,
        anySchedule,
        anyRandom,
        fc.nat({ max: 10 }),
        fc.nat(),
        (outcome, delays, r, n, since) => {
          const attempt = (n % delays.length) + 1;
          const decision = decided(outcome, {
            schedule: delays,
            random: () => r,
            attempt,
            sinceFirstMs: since,
          });
          if (decision.kind !== 'retry') return;
          expect(decision.delayMs).toBeLessThanOrEqual(MAX_DELAY_MS);
          expect(decision.delayMs).toBeGreaterThanOrEqual(Math.floor(0.8 * (delays[attempt - 1] ?? 0)));
        },
      ),
    );
  });

  it('comes to an end with any receiver, in a bounded number of attempts and a bounded time', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(anyOutcome),
        anySchedule,
        fc.infiniteStream(anyRandom),
        (outcomes, delays, rs) => {
          let attempt = 1;
          let sinceFirstMs = 0;
          let made = 0;
          for (;;) {
            const random = (): number => take(rs);
            const outcome = take(outcomes);
            made += 1;
            const decision = decided(outcome, { attempt, sinceFirstMs, schedule: delays, random });
            if (decision.kind !== 'retry') break;
            if (decision.countsAsAttempt) attempt += 1;
            sinceFirstMs += Math.max(1, decision.delayMs);
            // The clock of the test must not depend on a schedule of milliseconds.
            expect(made).toBeLessThan(2000);
          }
          expect(attempt).toBeLessThanOrEqual(delays.length + 1);
          expect(sinceFirstMs).toBeLessThanOrEqual((delays.length + 2) * MAX_DELAY_MS);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('ends even when it is throttled for ever, after some dozens of attempts', () => {
    let [attempt, sinceFirstMs, made] = [1, 0, 0];
    while (made < 100) {
      made += 1;
      const decision = decided(answered(429, '1'), { attempt, sinceFirstMs });
      if (decision.kind !== 'retry') break;
      if (decision.countsAsAttempt) attempt += 1;
      sinceFirstMs += decision.delayMs;
    }
    expect(made).toBeLessThan(100);
    expect(sinceFirstMs).toBeGreaterThan(MAX_THROTTLING_MS);
  });
});

describe('verdictOf', () => {
  it('takes a 503 for throttling only when it asks for time', () => {
    expect(verdictOf(answered(503))).toBe('transient');
    expect(verdictOf(answered(503, '5'))).toBe('throttled');
    expect(verdictOf(answered(429))).toBe('throttled');
  });

  it('knows a receiver that refuses from one that is down', () => {
    for (const status of [200, 302, 404, 410, 429]) expect(isUp(verdictOf(answered(status)))).toBe(true);
    for (const outcome of [answered(500), failed('timeout'), failed('dns')]) {
      expect(isUp(verdictOf(outcome))).toBe(false);
    }
    expect(isUp(verdictOf(failed('aborted')))).toBeUndefined();
  });

  it('knows a recipient whom mail can not reach from a mail server that takes none', () => {
    expect(isUp(verdictOf(rejected(true)))).toBe(true);
    expect(isUp(verdictOf(rejected(false)))).toBe(true);
    expect(isUp(verdictOf({ ...rejected(false), about: 'server' }))).toBe(false);
    expect(isUp(verdictOf(failed('login')))).toBe(false);
  });
});
