import { measureJourneys } from './journey/journeys';
import type { Bench } from './result';
import { median, quantile } from './statistics';

const EVENTS_PER_SECOND = 200;
const P50_MS = 15;
const P99_MS = 60;

/** How soon a subscriber knows. */
export const latency: Bench = {
  name: 'latency',
  asks: `ms from "accepted" to the webhook at its receiver, at ${EVENTS_PER_SECOND} events a second`,
  async run(context) {
    const { rounds, seconds, warmUp } = context.options;
    const rows = [];
    for (let round = 1; round <= rounds; round += 1) {
      const times = await measureJourneys(context, {
        receivers: ['well'],
        eventsPerSecond: EVENTS_PER_SECOND,
        warmUpSeconds: Math.max(warmUp, 2),
        seconds,
      });
      const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
      rows.push({
        round,
        deliveries: times.length,
        'p50 ms': p50,
        'p99 ms': p99,
        'longest ms': Math.max(...times),
      });
      context.say(`round ${round}/${rounds}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
    }
    const p50 = median(rows.map((row) => row['p50 ms']));
    const p99 = median(rows.map((row) => row['p99 ms']));
    return {
      rows,
      targets: [
        { what: `${P50_MS} ms ÷ p50`, atLeast: 1, measured: P50_MS / p50 },
        { what: `${P99_MS} ms ÷ p99`, atLeast: 1, measured: P99_MS / p99 },
      ],
    };
  },
};
