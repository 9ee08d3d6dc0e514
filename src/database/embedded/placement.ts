import { createHash } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { type Binaries, copyBinaries, installedBinaries } from './binaries';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { isFolder, makeFolder } from './folder';
import { canReach, isRoot, ownerOf, type PostgresUser, systemUser } from './postgres-user';

/** Who runs PostgreSQL, from which programs, on which folder. */
export interface Placement {
  /** Absent when PostgreSQL runs as ourselves. */
  readonly user?: PostgresUser;
  readonly binaries: Binaries;
  readonly clusterFolder: string;
}

/** Where the unprivileged user gets what it cannot reach in a clone that only root can enter. */
const SHARED_FOLDER = '/var/lib/karere';

/**
 * Normally the cluster is in the data directory and the programs are in node_modules. As root PostgreSQL needs
 * another user, and what that user cannot reach is placed under /var/lib/karere instead. A database that exists is
 * always used where it is: an empty one is never started beside it.
 */
export async function choosePlacement(dataDir: string, log: (message: string) => void): Promise<Placement> {
  await makeFolder(dataDir);
  const installed = await installedBinaries();
  const inDataDir = join(dataDir, 'postgres');
  if (!isRoot()) return { binaries: installed, clusterFolder: inDataDir };

  const clusterFolder = await chooseClusterFolder(dataDir, inDataDir);
  const user = (await ownerOf(join(clusterFolder, 'data'))) ?? systemUser();
  const binaries = canReach(user, installed.postgres) ? installed : await shareBinaries(installed);

  const moved = [
    ...(clusterFolder === inDataDir ? [] : [`its data is in ${clusterFolder}`]),
    ...(binaries === installed ? [] : [`its programs are in ${binaries.folder}`]),
  ];
  if (moved.length > 0) {
    log(
      `PostgreSQL refuses to run as root, so it runs as ${user.name}, who cannot enter this folder: ${moved.join(' and ')}.`,
    );
  }
  return { user, binaries, clusterFolder };
}

async function chooseClusterFolder(dataDir: string, inDataDir: string): Promise<string> {
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const elsewhere = join(SHARED_FOLDER, hash);
  if (await isFolder(inDataDir)) {
    const user = (await ownerOf(join(inDataDir, 'data'))) ?? systemUser();
    if (canReach(user, dataDir)) return inDataDir;
    throw new EmbeddedPostgresError(
      `PostgreSQL refuses to run as root, and ${user.name}, who owns the database in ${inDataDir}, cannot enter ` +
        `that folder. Allow it (chmod o+x on the folders above it), or set DATA_DIR to another folder.`,
    );
  }
  if (!(await isFolder(elsewhere)) && canReach(systemUser(), dataDir)) return inDataDir;
  await makeSharedFolder();
  return elsewhere;
}

async function shareBinaries(installed: Binaries): Promise<Binaries> {
  await makeSharedFolder();
  return copyBinaries(installed, join(SHARED_FOLDER, `binaries-${installed.version}`));
}

async function makeSharedFolder(): Promise<void> {
  await makeFolder(SHARED_FOLDER);
  await chmod(SHARED_FOLDER, 0o755);
}
