import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildFolder } from './build-folder';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import type { Placement } from './placement';
import { give, identityOf } from './postgres-user';

/** A database cluster (one PostgreSQL data directory), its password beside it and its server's log. */
export interface Cluster {
  readonly folder: string;
  /** PGDATA. */
  readonly data: string;
  readonly log: string;
  readonly password: string;
}

export const SUPERUSER = 'karere';

/** The environment of PostgreSQL's programs: nothing of ours, so that a machine's locale and PG* do not matter. */
export const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC' };

const run = promisify(execFile);

/** Opens the cluster, created when missing. `durable: false` lets initdb skip waiting for the disk. */
export async function openCluster(placement: Placement, options: { durable: boolean }): Promise<Cluster> {
  const { clusterFolder, user } = placement;
  await buildFolder(
    clusterFolder,
    () => isCluster(clusterFolder),
    (folder) => createCluster(placement, folder, options.durable),
  );
  const folder = await realpath(clusterFolder);
  if (user && (await stat(join(folder, 'data'))).uid !== user.uid) {
    await run('chown', ['-R', `${user.uid}:${user.gid}`, folder]); // a copy that root made
  }
  return {
    folder,
    data: join(folder, 'data'),
    log: join(folder, 'postgres.log'),
    password: (await readFile(join(folder, 'password'), 'utf8')).trim(),
  };
}

async function isCluster(folder: string): Promise<boolean> {
  try {
    await stat(join(folder, 'data', 'PG_VERSION'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function createCluster(placement: Placement, folder: string, durable: boolean): Promise<void> {
  const password = join(folder, 'password');
  await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
  await give(folder, placement.user);
  await give(password, placement.user);
  await initialise(placement, folder, durable);
}

async function initialise({ binaries, user }: Placement, folder: string, durable: boolean): Promise<void> {
  const options = [
    `--pgdata=${join(folder, 'data')}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${join(folder, 'password')}`,
    '--auth=scram-sha-256',
    // The same on every machine: without these the encoding and the sort order would come from LANG.
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ];
  try {
    await run(binaries.initdb, options, { cwd: folder, env: ENVIRONMENT, ...identityOf(user) });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new EmbeddedPostgresError(
      `PostgreSQL could not create its data in ${dirname(folder)}:\n${stderr?.trim() || message}`,
      { cause: error },
    );
  }
}
