import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Server } from '../server';

const LOOK_EVERY_MS = 40;

const LOOK = `
  SELECT coalesce(wait_event_type || ': ' || wait_event, 'running') AS state, count(*)::int AS sessions
  FROM pg_stat_activity WHERE datname = $1 AND state = 'active' GROUP BY 1`;

/** How many sessions, on average, were in each state. */
export type Waits = ReadonlyMap<string, number>;

/**
 * Looks again and again at what the sessions of a database that have a statement under way are doing.
 * @returns the end of it
 */
export function watchWaits(server: Server, database: string): () => Promise<Waits> {
  const stopped = new AbortController();
  const watched = watch(server, database, stopped.signal);
  return () => {
    stopped.abort();
    return watched;
  };
}

async function watch(server: Server, database: string, stopped: AbortSignal): Promise<Waits> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  const seen = new Map<string, number>();
  let looks = 0;
  try {
    for (; !stopped.aborted; await sleep(LOOK_EVERY_MS)) {
      const { rows } = await client.query<{ state: string; sessions: number }>(LOOK, [database]);
      looks += 1;
      for (const { state, sessions } of rows) seen.set(state, (seen.get(state) ?? 0) + sessions);
    }
  } finally {
    await client.end();
  }
  return new Map([...seen].map(([state, sessions]) => [state, sessions / looks]));
}
