import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { eventually } from './eventually';

interface TableLock {
  release(): Promise<void>;
}

/** Lets nobody else read or write a table until it is released. */
export async function lockTable(databaseUrl: string, table: string): Promise<TableLock> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
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
