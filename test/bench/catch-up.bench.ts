import { type Progress, watchCatchUp } from './consumer-progress';
import { KARERE } from './contenders';
import { fill } from './fill';
import type { Bench, BenchContext, Row } from './result';
import { query } from './server';
import { median, spreadPercent } from './statistics';
import { Subject } from './subject';

/** Complete lives of 64 × 70 work orders. */
const EVENTS = 64 * 70 * 12;

const FILLED = 'catch_up';
const COPY = 'catch_up_once';
const WORKER = { ...KARERE, name: 'karere, ROLE=worker', env: { ROLE: 'worker' } };

/** How fast the consumers handle a log that has grown while none ran: a measurement, of which nothing is wanted. */
export const catchUp: Bench = {
  name: 'catch-up',
  asks: 'events per second of each consumer, all in one process at the same time, on a log of their past',
  async run(context) {
    await fill(await context.server.createDatabase(FILLED), EVENTS, context.say);
    const rounds: Progress[][] = [];
    for (let round = 1; round <= context.options.rounds; round += 1) {
      rounds.push(await catchUpOnce(context));
      context.say(`round ${round}/${context.options.rounds}`);
    }
    const progress = [...rounds.flat(), ...rounds.map(together)];
    const consumers = [...new Set(progress.map(({ consumer }) => consumer))];
    return { rows: consumers.map((consumer) => rowOf(consumer, progress)), targets: [] };
  },
};

async function catchUpOnce({ server }: BenchContext): Promise<Progress[]> {
  const databaseUrl = await server.createDatabase(COPY, FILLED);
  await server.checkpoint();
  const worker = await Subject.start(WORKER, databaseUrl, server.folder);
  try {
    const progress = await watchCatchUp(databaseUrl);
    const [parked] = await query<{ count: number }>(databaseUrl, 'SELECT count(*)::int FROM parked_event');
    if (parked?.count !== 0) throw new Error(`${parked?.count} events were parked instead of handled`);
    return progress;
  } finally {
    await worker.stop();
    await server.dropDatabase(COPY);
  }
}

function together(progress: readonly Progress[]): Progress {
  return {
    consumer: 'all of them',
    startedAt: Math.min(...progress.map(({ startedAt }) => startedAt)),
    doneAt: Math.max(...progress.map(({ doneAt }) => doneAt)),
  };
}

function rowOf(name: string, progress: readonly Progress[]): Row {
  const rates = progress
    .filter(({ consumer }) => consumer === name)
    .map(({ startedAt, doneAt }) => (1000 * EVENTS) / (doneAt - startedAt));
  return { consumer: name, 'events per second': median(rates), 'spread %': spreadPercent(rates) };
}
