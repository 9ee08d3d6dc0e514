import { measureJourneys } from './journey/journeys';
import { startReplay } from './journey/replay-beside';
import type { Manner } from './journey/receivers';
import type { Bench } from './result';
import { median, quantile } from './statistics';

const RECEIVERS: readonly Manner[] = Array.from({ length: 10 }, () => 'well');
const EVENTS_PER_SECOND = 20;

/** Whether a replay makes what is fresh wait. The replay goes at the rate at which it goes unless one says otherwise. */
export const replay: Bench = {
  name: 'replay',
  asks: 'ms from "accepted" to the webhook of what is fresh, during a large replay and without',
  async run(context) {
    const { rounds, seconds, warmUp, replayed } = context.options;
    const p99s = { without: [] as number[], during: [] as number[] };
    const rows = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const when of round % 2 === 1
        ? (['without', 'during'] as const)
        : (['during', 'without'] as const)) {
        const times = await measureJourneys(context, {
          receivers: RECEIVERS,
          eventsPerSecond: EVENTS_PER_SECOND,
          warmUpSeconds: Math.max(warmUp, 2),
          seconds,
          env: { REPLAY_MAX_LIMIT: String(replayed) },
          ...(when === 'during' && { beside: (subject) => startReplay(subject, replayed) }),
        });
        const p99 = quantile(times, 0.99);
        p99s[when].push(p99);
        const of = `a replay of ${replayed.toLocaleString('en')}`;
        rows.push({ round, [of]: when, 'p50 ms': quantile(times, 0.5), 'p99 ms': p99 });
        context.say(`round ${round}/${rounds}, ${when}: p99 ${p99.toFixed(1)} ms`);
      }
    }
    const measured = median(p99s.without.map((p99, round) => p99 / (p99s.during[round] ?? Number.NaN)));
    return { rows, targets: [{ what: 'p99 without a replay ÷ during one', atLeast: 1 / 1.2, measured }] };
  },
};
