import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SUPERUSER } from '../../src/database/embedded/cluster';
import { findPostmaster, isAlive } from '../../src/database/embedded/postmaster-pid';
import { waitFor } from './wait-for';

/**
 * The PostgreSQL that a gateway process runs in its data directory, for those who do not trust the gateway.
 * @throws when none runs there
 */
export async function embeddedDatabaseUrl(dataDir: string): Promise<string> {
  const postmaster = postmasterIn(dataDir);
  if (!postmaster) throw new Error(`no PostgreSQL runs in ${dataDir}`);
  const password = (await readFile(join(dataDir, 'postgres/password'), 'utf8')).trim();
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${postmaster.port}/karere`;
}

export function isEmbeddedDatabaseRunning(dataDir: string): boolean {
  return postmasterIn(dataDir) !== undefined;
}

/** Ends the server that a killed gateway has left running, if one does. */
export async function endEmbeddedDatabase(dataDir: string): Promise<void> {
  const postmaster = postmasterIn(dataDir);
  if (!postmaster) return;
  process.kill(postmaster.pid, 'SIGINT');
  await waitFor(
    'the left PostgreSQL ends',
    () => isAlive(postmaster.pid),
    (alive) => !alive,
  );
}

function postmasterIn(dataDir: string): ReturnType<typeof findPostmaster> {
  return findPostmaster(join(dataDir, 'postgres/data'));
}
