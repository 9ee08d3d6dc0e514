import type { DataSource } from 'typeorm';
import { connected } from './connected';
import { eventually } from './eventually';

interface TableLock {
  release(): Promise<void>;
}

/** Lets nobody else read or write a table until it is released. */
export async function lockTable(databaseUrl: string, table: string): Promise<TableLock> {
  const client = await connected(databaseUrl);
  await client.query('BEGIN');
  await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return { release: () => client.end() };
}

/** Lets nobody append to the event log until it is released, like somebody who is about to commit events. */
export async function lockHead(databaseUrl: string): Promise<TableLock> {
  const client = await connected(databaseUrl);
  await client.query('BEGIN');
  await client.query('SELECT FROM event_log_head FOR UPDATE');
  return { release: () => client.end() };
}

/** Resolves when somebody in this database waits for a lock. */
export function untilOneWaits(dataSource: DataSource): Promise<void> {
  return untilSomeWait(dataSource, 1);
}

/** Resolves when so many in this database wait for locks. */
export async function untilSomeWait(dataSource: DataSource, count: number): Promise<void> {
  await eventually(
    `${count} wait for locks`,
    () =>
      dataSource.query<unknown[]>(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      ),
    ({ length }) => length === count,
  );
}
