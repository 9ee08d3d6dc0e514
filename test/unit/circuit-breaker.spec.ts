import fc from 'fast-check';
import {
  admits,
  type Breaker,
  CLOSED,
  DEFAULT_BREAKER,
  lettingOneThrough,
  recorded,
} from '../../src/delivery/circuit-breaker';

const middle = (): number => 0.5;

/** The breaker after these attempts at one time; all began just before. */
function after(breaker: Breaker, now: number, ...results: ('ok' | 'bad')[]): Breaker {
  return results.reduce(
    (current, result) =>
      recorded(current, { generation: current.generation, succeeded: result === 'ok' }, now, middle),
    breaker,
  );
}

const BAD = ['bad', 'bad', 'bad', 'bad', 'bad'] as const;

describe('circuit breaker', () => {
  it('lets all through while things go well enough', () => {
    expect(admits(CLOSED, 0)).toBe('all');
    expect(admits(after(CLOSED, 0, 'bad', 'bad', 'bad', 'bad', 'ok', 'bad', 'bad', 'bad', 'bad'), 0)).toBe(
      'all',
    );
  });

  it('opens after five failures in a row, for about ten seconds', () => {
    const open = after(CLOSED, 1000, ...BAD);
    expect(open).toMatchObject({ state: 'open', until: 11_000 });
    expect(admits(open, 10_999)).toBe('none');
    expect(admits(open, 11_000)).toBe('one');
  });

  it('opens when half of the recent attempts fail', () => {
    const half = Array.from({ length: 10 }, () => ['ok', 'bad'] as const).flat();
    expect(after(CLOSED, 0, ...half.slice(0, -1)).state).toBe('closed');
    expect(after(CLOSED, 0, ...half).state).toBe('open');
  });

  it('does not open by a success, nor by failures of long ago', () => {
    const many = Array.from({ length: 12 }, () => ['bad', 'bad', 'ok', 'ok', 'ok'] as const).flat();
    expect(after(CLOSED, 0, ...many).state).toBe('closed');
    let breaker: Breaker = CLOSED;
    for (let minute = 0; minute < 60; minute += 1) {
      breaker = after(breaker, minute * 60_000, 'bad', 'ok');
    }
    expect(breaker.state).toBe('closed');
  });

  it('lets one through, and no other until that one has reported', () => {
    const open = after(CLOSED, 0, ...BAD);
    const halfOpen = lettingOneThrough(open, 10_000);
    expect(halfOpen.state).toBe('half-open');
    expect(admits(halfOpen, 10_001)).toBe('none');
    expect(admits(after(halfOpen, 10_002, 'ok'), 10_002)).toBe('all');
    expect(admits(after(halfOpen, 10_002, 'bad'), 10_003)).toBe('none');
  });

  it('gives up on one that does not report, and lets another through', () => {
    const halfOpen = lettingOneThrough(after(CLOSED, 0, ...BAD), 10_000);
    expect(admits(halfOpen, 10_000 + DEFAULT_BREAKER.probeMs)).toBe('one');
    const next = lettingOneThrough(halfOpen, 70_000);
    const late = recorded(next, { generation: halfOpen.generation, succeeded: true }, 70_001, middle);
    expect(late).toBe(next);
  });

  it('holds twice as long each time, up to ten minutes', () => {
    let breaker = after(CLOSED, 0, ...BAD);
    const holds: number[] = [];
    for (let count = 0; count < 9; count += 1) {
      const at = breaker.until;
      breaker = after(lettingOneThrough(breaker, at), at, 'bad');
      holds.push((breaker.until - at) / 1000);
    }
    expect(holds).toEqual([20, 40, 80, 160, 320, 600, 600, 600, 600]);
  });

  it('goes on with the longer hold after a single success, and begins anew after five', () => {
    const open = after(CLOSED, 0, ...BAD);
    const closed = after(lettingOneThrough(open, 10_000), 10_000, 'ok');
    expect(after(closed, 10_000, ...BAD).until).toBe(30_000);
    expect(after(closed, 10_000, 'ok', 'ok', 'ok', 'ok', 'ok', ...BAD).until).toBe(20_000);
  });

  it('takes no notice of attempts that began before it opened', () => {
    const open = after(CLOSED, 0, ...BAD);
    for (const succeeded of [true, false]) {
      expect(recorded(open, { generation: CLOSED.generation, succeeded }, 1, middle)).toBe(open);
      const halfOpen = lettingOneThrough(open, 10_000);
      expect(recorded(halfOpen, { generation: CLOSED.generation, succeeded }, 10_001, middle)).toBe(halfOpen);
    }
  });

  it('spreads holds by 20 % to either side', () => {
    const untilWith = (random: number): number =>
      BAD.reduce<Breaker>(
        (current) => recorded(current, { generation: 0, succeeded: false }, 0, () => random),
        CLOSED,
      ).until;
    expect(untilWith(0)).toBe(8000);
    expect(untilWith(0.999_999_9)).toBe(12_000);
  });

  it('is plain data', () => {
    const open = after(CLOSED, 0, ...BAD);
    expect(JSON.parse(JSON.stringify(open))).toEqual(open);
  });

  it('always lets something through in the end, and never two at a time while half-open', () => {
    const step = fc.record({
      wait: fc.nat({ max: 120_000 }),
      succeeded: fc.boolean(),
      reports: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let breaker: Breaker = CLOSED;
        let now = 0;
        for (const { wait, succeeded, reports } of steps) {
          now += wait;
          const admitted = admits(breaker, now);
          if (admitted === 'none') {
            expect(breaker.until - now).toBeLessThanOrEqual(DEFAULT_BREAKER.maxHoldMs * 1.2);
            continue;
          }
          if (admitted === 'one') {
            breaker = lettingOneThrough(breaker, now);
            expect(admits(breaker, now)).toBe('none');
          }
          const { generation } = breaker;
          if (reports) breaker = recorded(breaker, { generation, succeeded }, now, middle);
        }
        expect(admits(breaker, now + DEFAULT_BREAKER.maxHoldMs * 1.2)).not.toBe('none');
      }),
    );
  });
});
