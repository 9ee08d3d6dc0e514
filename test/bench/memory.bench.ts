import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { caughtUp } from './consumer-progress';
import { type Contender, KARERE_ALL } from './contenders';
import { race } from './race';
import type { Bench } from './result';

/** Fewer rounds would not tell growth from what is only allocated late. */
const LEAST_ROUNDS = 6;

const COLLECTED: Contender = {
  ...KARERE_ALL,
  nodeOptions: ['--expose-gc', '--require', join(__dirname, 'subjects/collect-garbage.js')],
  settle: async (databaseUrl) => {
    await caughtUp(databaseUrl);
    await sleep(1100); // it collects each second
  },
};

/** Whether the process keeps more and more while it works. */
export const memory: Bench = {
  name: 'memory',
  asks: 'heap that is still in use after each round of load with all consumers, in one process',
  async run(context) {
    const rounds = Math.max(LEAST_ROUNDS, context.options.rounds);
    const databaseUrl = await context.server.createDatabase('memory');
    const [standing] = await race({ ...context, options: { ...context.options, rounds } }, [
      { contender: COLLECTED, databaseUrl },
    ]);
    const heaps = standing?.turns.map(({ usage }) => usage.heapMb ?? NaN) ?? [];
    const [first = NaN] = heaps;
    let accepted = 0;
    const rows = (standing?.turns ?? []).map((turn) => ({
      notifications: (accepted += turn.accepted),
      'heap MB': turn.usage.heapMb,
      'RSS MB': turn.usage.residentMb,
    }));
    const growth = first / (heaps.at(-1) ?? NaN);
    return {
      rows,
      targets: [{ what: 'heap after the first round ÷ after the last', atLeast: 0.9, measured: growth }],
    };
  },
};
