import { measureMatching } from './fan-out-matching';
import { benchMatching } from './matching';
import type { Bench, Row } from './result';

const COUNTS = [10, 1_000, 100_000] as const;
const ROUNDS = 9;

/** Whether an event costs the more the more subscriptions there are. */
export const matching: Bench = {
  name: 'matching',
  asks: 'microseconds for an event that exactly one of so many subscriptions gets',
  async run() {
    const figures = new Map<number, number>();
    for (const count of COUNTS) figures.set(count, await measureMatching(count, ROUNDS));
    const of = (count: number): number => figures.get(count) ?? Number.NaN;
    return {
      rows: [
        rowOf('the whole fan-out, without its database', figures),
        ...indexAlone().map(([scenario, alone]) => rowOf(`its index alone, ${scenario}`, alone)),
      ],
      targets: [
        {
          what: 'events at 100,000 subscriptions ÷ at 10, in the same time',
          atLeast: 0.5,
          measured: of(10) / of(100_000),
        },
        {
          what: 'events in a millisecond at 100,000 subscriptions',
          atLeast: 1,
          measured: 1000 / of(100_000),
        },
      ],
    };
  },
};

/** Of each scenario, by number of subscriptions. */
function indexAlone(): [string, Map<number, number>][] {
  const results = benchMatching({ rounds: ROUNDS });
  const scenarios = [...new Set(results.map(({ scenario }) => scenario))];
  return scenarios.map((name) => {
    const ofScenario = results.filter(({ scenario }) => scenario === name);
    return [
      name,
      new Map(
        ofScenario.map(({ subscriptions, microsecondsPerEvent }) => [subscriptions, microsecondsPerEvent]),
      ),
    ];
  });
}

function rowOf(what: string, figures: ReadonlyMap<number, number>): Row {
  const of = (count: number): number => figures.get(count) ?? Number.NaN;
  return {
    what,
    ...Object.fromEntries(COUNTS.map((count) => [`µs at ${count.toLocaleString('en')}`, of(count)])),
    '100,000 ÷ 10': of(100_000) / of(10),
  };
}
