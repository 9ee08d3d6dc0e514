import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** In one snapshot: all consumers have handled the whole log, and what they have queued is delivered and recorded. */
const DONE = `
  SELECT (SELECT count(*) > 0 AND bool_and(cursor.position >= head.position)
            FROM event_cursor cursor, event_log_head head)
    AND NOT EXISTS (SELECT FROM delivery_queue) AS bench_look`;

/** Waits until what was received has gone its whole way. @throws Error when it has not within a minute */
export async function wholeWay(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const deadline = Date.now() + LIMIT_MS; Date.now() < deadline; await sleep(LOOK_EVERY_MS)) {
      const { rows } = await client.query<{ bench_look: boolean }>(DONE);
      if (rows[0]?.bench_look) return;
    }
    throw new Error('What was received has not gone its whole way.');
  } finally {
    await client.end();
  }
}
