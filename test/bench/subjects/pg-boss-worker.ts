import PgBoss from 'pg-boss';
import type { DeliveryJob } from '../queue/deliveries-to-make';
import { DELIVERY } from '../queue/pg-boss-queue';
import { Limit } from '../queue/limit';
import { Poster } from '../sink/signed-post';

/**
 * One job per delivery. Jobs are fetched many at a time, so that pg-boss's pause between two fetches (half a second at
 * least) is always over by then. Each is completed when it is done: a batch that is completed as a whole would be
 * delivered again as a whole when one delivery fails.
 */
const BATCH = 1000;
const FETCHERS = 2;

async function main(): Promise<void> {
  const concurrency = Number(process.env['CONCURRENCY']);
  const wholeBatches = process.env['COMPLETE'] === 'batch';
  const boss = new PgBoss({
    connectionString: process.env['DATABASE_URL'] ?? '',
    supervise: false,
    schedule: false,
  });
  const poster = new Poster(concurrency);
  const limit = new Limit(concurrency);
  const deliver = async ({
    id,
    data: { url, id: messageId, body },
  }: PgBoss.Job<DeliveryJob>): Promise<void> => {
    await poster.post({ url, id: messageId, body: JSON.stringify(body) });
    if (!wholeBatches) await boss.complete(DELIVERY, id);
  };
  boss.on('error', (error) => process.stderr.write(`${String(error)}\n`));
  await boss.start();
  for (let fetcher = 0; fetcher < FETCHERS; fetcher += 1) {
    const options = { batchSize: BATCH, pollingIntervalSeconds: 0.5 };
    await boss.work<DeliveryJob>(DELIVERY, options, async (jobs) => {
      await Promise.all(jobs.map((job) => limit.run(() => deliver(job))));
    });
  }
  process.once('SIGTERM', () => void boss.stop({ graceful: true, wait: true }).then(() => poster.close()));
}

void main();
