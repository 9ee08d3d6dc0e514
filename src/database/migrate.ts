import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { findPendingMigrations } from './find-pending-migrations';
import { isLockNotAvailable } from './is-database-away';

/** Any number that nothing else in this database uses. */
const MIGRATION_LOCK = 7_260_214_001;

/** How long a migration waits for a table: so long everybody who comes after it waits as well. */
const LOCK_TIMEOUT_MS = 1000;

/** Between attempts, in which those who have waited get their turn. */
const PAUSE_MS = 500;

/** How often a table may be taken when a migration wants it, until that is given up: about three minutes. */
const ATTEMPTS = 120;

/**
 * Applies pending migrations, each in its own transaction, beside replicas that work: one that does not get a table
 * soon gives way to them and comes again. Replicas that start at the same time wait for each other: the lock belongs
 * to a session and goes with it, also when the process is killed.
 * @returns names of those applied
 */
export async function migrate(options: DataSourceOptions): Promise<string[]> {
  const dataSource = await new DataSource({
    ...options,
    // What fails is in the error; the console would also be told of attempts that are made again.
    logger: 'debug',
    // An index of a large table takes longer than any statement of a replica may.
    extra: { ...(options.extra as object), statement_timeout: 0, lock_timeout: LOCK_TIMEOUT_MS },
  }).initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await takeLock(lock);
    const pending = await findPendingMigrations(dataSource);
    await runAll(dataSource);
    return pending;
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await lock.release();
    await dataSource.destroy();
  }
}

/**
 * Another replica's migrations may take long. It is asked for again and again: a statement that waits holds a snapshot,
 * `CREATE INDEX CONCURRENTLY` waits for all that are older, and so the two would wait for each other for ever.
 */
async function takeLock(session: QueryRunner): Promise<void> {
  for (;;) {
    const [answer] = await session.manager.query<[{ taken: boolean }]>(
      'SELECT pg_try_advisory_lock($1) AS taken',
      [MIGRATION_LOCK],
    );
    if (answer.taken) return;
    await sleep(PAUSE_MS);
  }
}

async function runAll(dataSource: DataSource): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await dataSource.runMigrations({ transaction: 'each' });
      return;
    } catch (error) {
      if (!isLockNotAvailable(error) || attempt === ATTEMPTS) throw await named(dataSource, error);
      await sleep(PAUSE_MS);
    }
  }
}

/** Says which migration has failed: the first of those that are still to be applied. */
async function named(dataSource: DataSource, error: unknown): Promise<unknown> {
  const [failed] = await findPendingMigrations(dataSource).catch(() => []);
  if (failed !== undefined && error instanceof Error) error.message = `${failed}: ${error.message}`;
  return error;
}
