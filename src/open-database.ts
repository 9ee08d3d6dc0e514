import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import type { Config } from './config';
import { startEmbeddedPostgres } from './database/embedded/embedded-postgres';
import { migrate } from './database/migrate';
import { findPendingMigrations } from './database/find-pending-migrations';
import { dataSourceOptions } from './schema';

/** Between looks whether somebody else has migrated. */
const LOOK_MS = 500;

export interface Database {
  readonly url: string;
  stop(): Promise<void>;
}

/** The PostgreSQL that DATABASE_URL names, or the embedded one. */
export async function openDatabase({ database }: Config, logger: Logger): Promise<Database> {
  if (database.url) return { url: database.url, stop: () => Promise.resolve() };
  return startEmbeddedPostgres({ dataDir: database.dataDir, log: (message) => logger.info(message) });
}

/** Applies pending migrations and says which. */
export async function migrateDatabase(url: string, logger: Logger): Promise<void> {
  const applied = await migrate(dataSourceOptions(url));
  if (applied.length > 0) logger.info({ migrations: applied }, 'migrations applied');
}

/**
 * Waits until somebody else has applied what this version needs. Work that began before would not fail alone: after
 * some attempts it would set events and messages aside that nothing is wrong with.
 * @param stop ends the wait
 */
export async function untilMigrated(url: string, logger: Logger, stop: AbortSignal): Promise<void> {
  const dataSource = await new DataSource({ ...dataSourceOptions(url), logging: false }).initialize();
  try {
    for (let told = false; !stop.aborted; told = true) {
      const pending = await findPendingMigrations(dataSource);
      if (pending.length === 0) return;
      if (!told) logger.warn({ pending }, 'the database lacks migrations; waiting until they are applied');
      await sleep(LOOK_MS, undefined, { signal: stop }).catch(() => undefined);
    }
  } finally {
    await dataSource.destroy();
  }
}
