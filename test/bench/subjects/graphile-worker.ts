import { Logger, run } from 'graphile-worker';
import type { DeliveryJob } from '../queue/deliveries-to-make';
import { DELIVER } from '../queue/graphile-queue';
import { Poster } from '../sink/signed-post';

/** Jobs are taken and completed many at a time when this is set: the settings that its documentation gives for that. */
const BATCHED = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };

async function main(): Promise<void> {
  const concurrency = Number(process.env['CONCURRENCY']);
  const poster = new Poster(concurrency);
  const runner = await run({
    connectionString: process.env['DATABASE_URL'] ?? '',
    noHandleSignals: true,
    logger: new Logger(() => () => undefined),
    preset: {
      worker: {
        concurrentJobs: concurrency,
        maxPoolSize: 20,
        ...(process.env['BATCHED'] === 'true' && BATCHED),
      },
    },
    taskList: {
      [DELIVER]: async (payload) => {
        const { url, id, body } = payload as DeliveryJob;
        await poster.post({ url, id, body: JSON.stringify(body) });
      },
    },
  });
  process.once('SIGTERM', () => void runner.stop().then(() => poster.close()));
}

void main();
