import { measureJourneys } from './journey/journeys';
import type { Manner } from './journey/receivers';
import type { Bench } from './result';
import { median, quantile } from './statistics';

const RECEIVERS = 100;
const WELL: readonly Manner[] = Array.from({ length: RECEIVERS }, () => 'well');
const TWO_BAD: readonly Manner[] = [...WELL.slice(2), 'never', 'with 500'];

/** Each is delivered to all receivers. */
const EVENTS_PER_SECOND = 4;

/** So that the one who never answers is waited for, and waited for again, while it is measured. */
const TIMEOUT_MS = 2000;

/** Whether bad receivers make others wait. */
export const fairness: Bench = {
  name: 'fairness',
  asks: `ms from "accepted" to the webhook at ${RECEIVERS} receivers, when two of them are bad and when none is`,
  async run(context) {
    const { rounds, seconds, warmUp } = context.options;
    const p99s = { none: [] as number[], two: [] as number[] };
    const rows = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const bad of round % 2 === 1 ? (['none', 'two'] as const) : (['two', 'none'] as const)) {
        const times = await measureJourneys(context, {
          receivers: bad === 'none' ? WELL : TWO_BAD,
          eventsPerSecond: EVENTS_PER_SECOND,
          warmUpSeconds: Math.max(warmUp, 2),
          seconds,
          env: { WEBHOOK_TIMEOUT_MS: String(TIMEOUT_MS) },
        });
        const p99 = quantile(times, 0.99);
        p99s[bad].push(p99);
        rows.push({ round, 'bad receivers': bad, 'p50 ms': quantile(times, 0.5), 'p99 ms': p99 });
        context.say(`round ${round}/${rounds}, bad receivers: ${bad}: p99 ${p99.toFixed(1)} ms`);
      }
    }
    const measured = median(p99s.none.map((p99, round) => p99 / (p99s.two[round] ?? Number.NaN)));
    return { rows, targets: [{ what: 'p99 without bad ones ÷ with two', atLeast: 1 / 1.2, measured }] };
  },
};
