import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { migrate } from '../../src/database/migrate';
import { dataSourceOptions } from '../../src/schema';
import { databaseUrl, onServer, SERVER_URL, TEMPLATE } from './database';
import tearDown, { tearDowns } from './global-teardown';
import { TRANSPILED } from './without-a-build';

/**
 * One PostgreSQL for the whole run, with a migrated template that the databases of the tests are cloned from, and one
 * folder for what is transpiled.
 */
export default async function setUp(): Promise<void> {
  const transpiled = await mkdtemp(join(tmpdir(), 'karere-transpiled-'));
  tearDowns.push(() => rm(transpiled, { recursive: true, force: true }));
  process.env[TRANSPILED] = transpiled;
  const dataDir = await mkdtemp(join(tmpdir(), 'karere-test-'));
  // As root PostgreSQL runs as another user, who has to be able to enter.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({
    dataDir,
    // The tests look for lost transactions of ours, not for those of a machine that loses its power.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
    log: () => undefined,
  });
  tearDowns.push(async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  process.env[SERVER_URL] = postgres.url;
  try {
    await onServer((client) => client.query(`CREATE DATABASE ${TEMPLATE}`));
    await migrate(dataSourceOptions(databaseUrl(TEMPLATE)));
  } catch (error) {
    // Nobody else does when this fails.
    await tearDown();
    throw error;
  }
}
