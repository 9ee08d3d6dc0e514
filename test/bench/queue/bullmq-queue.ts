import { Queue } from 'bullmq';
import { jobsInChunks } from './deliveries-to-make';
import type { QueueOrder } from './queue-order';

export const DELIVERY = 'delivery';

export async function queueInBullmq(order: QueueOrder, socket: string): Promise<void> {
  const queue = new Queue(DELIVERY, { connection: { path: socket } });
  try {
    await queue.obliterate({ force: true });
    for (const jobs of jobsInChunks(order, 5000)) {
      await queue.addBulk(jobs.map((data) => ({ name: DELIVERY, data })));
    }
  } finally {
    await queue.close();
  }
}

export async function deliveredByBullmq(socket: string): Promise<number> {
  const queue = new Queue(DELIVERY, { connection: { path: socket } });
  try {
    return await queue.getCompletedCount();
  } finally {
    await queue.close();
  }
}
