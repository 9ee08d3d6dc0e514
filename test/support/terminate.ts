import type { DataSource } from 'typeorm';

/**
 * Ends connections of a database and waits until they are gone, as a server does that fails over.
 * @param which a condition on `pg_stat_activity`
 * @returns a row for each
 */
export function terminate(dataSource: DataSource, which: string): Promise<unknown[]> {
  return dataSource.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${which}`,
  );
}
