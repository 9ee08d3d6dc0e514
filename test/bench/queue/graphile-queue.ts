import { runMigrations } from 'graphile-worker';
import { query } from '../server';
import { jobsInChunks } from './deliveries-to-make';
import type { QueueOrder } from './queue-order';

/** Name of the task. */
export const DELIVER = 'deliver';

const ADD = `
  SELECT count(*) FROM graphile_worker.add_jobs(ARRAY(
    SELECT json_populate_record(NULL::graphile_worker.job_spec, json_build_object('identifier', $2::text, 'payload', job))
    FROM json_array_elements($1::json) AS job
  ))`;

export async function queueInGraphileWorker(order: QueueOrder): Promise<void> {
  await runMigrations({ connectionString: order.databaseUrl });
  await query(order.databaseUrl, 'TRUNCATE graphile_worker._private_jobs');
  for (const jobs of jobsInChunks(order, 5000)) {
    await query(order.databaseUrl, ADD, [JSON.stringify(jobs), DELIVER]);
  }
  await query(order.databaseUrl, 'VACUUM (ANALYZE)');
}

/** A job that is done is deleted. */
export async function deliveredByGraphileWorker(databaseUrl: string, queued: number): Promise<number> {
  const [row] = await query<{ left: number }>(
    databaseUrl,
    'SELECT count(*)::int AS left FROM graphile_worker._private_jobs',
  );
  return queued - (row?.left ?? 0);
}
