import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** When each consumer had its cursor, and when it was at the end of the log, in ms of `performance.now()`. */
export interface Progress {
  readonly consumer: string;
  readonly startedAt: number;
  readonly doneAt: number;
}

const LIMIT_MS = 300_000;
const LOOK_EVERY_MS = 20;

const BEHIND = `
  SELECT consumer, cursor.position >= head.position AS done
  FROM event_cursor cursor, event_log_head head`;

/**
 * Waits until all consumers are at the end of the log.
 * @throws Error when they are not within five minutes
 */
export async function watchCatchUp(databaseUrl: string): Promise<Progress[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const started = new Map<string, number>();
    const done = new Map<string, number>();
    for (const deadline = performance.now() + LIMIT_MS; performance.now() < deadline;) {
      const { rows } = await client.query<{ consumer: string; done: boolean }>(BEHIND);
      const now = performance.now();
      for (const row of rows) {
        if (!started.has(row.consumer)) started.set(row.consumer, now);
        if (row.done && !done.has(row.consumer)) done.set(row.consumer, now);
      }
      if (rows.length > 0 && rows.every((row) => row.done)) {
        return [...done].map(([consumer, doneAt]) => ({
          consumer,
          startedAt: started.get(consumer) ?? doneAt,
          doneAt,
        }));
      }
      await sleep(LOOK_EVERY_MS);
    }
    throw new Error('The consumers have not reached the end of the log.');
  } finally {
    await client.end();
  }
}

export async function caughtUp(databaseUrl: string): Promise<void> {
  await watchCatchUp(databaseUrl);
}
