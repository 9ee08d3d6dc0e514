import { DataSource, type DataSourceOptions } from 'typeorm';

/** Any number that nothing else in this database uses. */
const MIGRATION_LOCK = 7_260_214_001;

/**
 * Applies pending migrations, each in its own transaction. Replicas that start at the same time wait for
 * each other: the lock belongs to a session and goes with it, also when the process is killed.
 * @returns names of those applied
 */
export async function migrate(options: DataSourceOptions): Promise<string[]> {
  const dataSource = await new DataSource({ ...options, logging: false }).initialize();
  const lock = dataSource.createQueryRunner();
  try {
    // Another replica's migrations may take longer than any ordinary statement.
    await lock.query('SET statement_timeout = 0');
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    return applied.map(({ name }) => name);
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await lock.release();
    await dataSource.destroy();
  }
}
