import type { Logger } from 'pino';
import type { Config } from './config';
import { startEmbeddedPostgres } from './database/embedded/embedded-postgres';
import { migrate } from './database/migrate';
import { dataSourceOptions } from './schema';

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
