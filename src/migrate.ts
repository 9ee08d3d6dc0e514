import { readConfig } from './config';
import { readDotEnv } from './dot-env';
import { createLogger } from './logger';
import { migrateDatabase, openDatabase } from './open-database';
import { explainStartFailure } from './start-failure';

/** `npm run migrate`: applies pending migrations and ends. */
async function main(): Promise<void> {
  readDotEnv();
  const config = readConfig(process.env);
  const logger = createLogger(config);
  const database = await openDatabase(config, logger);
  try {
    await migrateDatabase(database.url, logger);
    logger.info('the database is up to date');
  } finally {
    await database.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${explainStartFailure(error)}\n`);
  process.exitCode = 1;
});
