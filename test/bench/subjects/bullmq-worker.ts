import { Worker } from 'bullmq';
import type { DeliveryJob } from '../queue/deliveries-to-make';
import { DELIVERY } from '../queue/bullmq-queue';
import { Poster } from '../sink/signed-post';

const concurrency = Number(process.env['CONCURRENCY']);
const poster = new Poster(concurrency);
const worker = new Worker<DeliveryJob>(
  DELIVERY,
  async ({ data: { url, id, body } }) => {
    await poster.post({ url, id, body: JSON.stringify(body) });
  },
  { connection: { path: process.env['REDIS_SOCKET'] ?? '', maxRetriesPerRequest: null }, concurrency },
);
worker.on('error', (error) => process.stderr.write(`${String(error)}\n`));
process.once('SIGTERM', () => void worker.close().then(() => poster.close()));
