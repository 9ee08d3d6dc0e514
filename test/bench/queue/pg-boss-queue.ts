import PgBoss from 'pg-boss';
import { query } from '../server';
import { jobsInChunks } from './deliveries-to-make';
import type { QueueOrder } from './queue-order';

/** Name of the queue. */
export const DELIVERY = 'delivery';

export async function queueInPgBoss(order: QueueOrder): Promise<void> {
  const boss = new PgBoss({ connectionString: order.databaseUrl, supervise: false, schedule: false });
  await boss.start();
  try {
    await boss.createQueue(DELIVERY);
    await boss.purgeQueue(DELIVERY);
    await query(order.databaseUrl, `TRUNCATE ${await partitionOf(order.databaseUrl)}`);
    for (const jobs of jobsInChunks(order, 5000)) {
      await boss.insert(jobs.map((data) => ({ name: DELIVERY, data })));
    }
  } finally {
    await boss.stop();
  }
  await query(order.databaseUrl, 'VACUUM (ANALYZE)');
}

export async function deliveredByPgBoss(databaseUrl: string): Promise<number> {
  const [row] = await query<{ done: number }>(
    databaseUrl,
    `SELECT count(*)::int AS done FROM pgboss.job WHERE state = 'completed'`,
  );
  return row?.done ?? 0;
}

/** pg-boss keeps the jobs of each queue in a table of its own. */
async function partitionOf(databaseUrl: string): Promise<string> {
  const [row] = await query<{ name: string }>(
    databaseUrl,
    'SELECT partition_name AS name FROM pgboss.queue WHERE name = $1',
    [DELIVERY],
  );
  if (!row) throw new Error('the queue was not created');
  return `pgboss.${row.name}`;
}
