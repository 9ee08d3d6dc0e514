import { execFileSync, spawnSync } from 'node:child_process';
import { chown, stat } from 'node:fs/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error';

/** The account that PostgreSQL runs as when Karere runs as root, because PostgreSQL refuses to be root. */
export interface PostgresUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** The system's `postgres` account, created when missing; `nobody` where accounts cannot be created. */
export function systemUser(): PostgresUser {
  const user = lookUp('postgres') ?? create('postgres') ?? lookUp('nobody');
  if (!user) {
    throw new EmbeddedPostgresError(
      'PostgreSQL refuses to run as root, and this system has no other user to run it as. ' +
        'Start Karere as an ordinary user, or set DATABASE_URL.',
    );
  }
  return user;
}

/**
 * The owner of an existing folder, who has to run the PostgreSQL in it; undefined when there is no such folder, or
 * when root owns it (a copy made by root), which PostgreSQL cannot use as it is.
 */
export async function ownerOf(folder: string): Promise<PostgresUser | undefined> {
  const stats = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return stats && stats.uid !== 0 ? { name: nameOf(stats.uid), uid: stats.uid, gid: stats.gid } : undefined;
}

/** Whether this user can enter the folder or run the program, asked of the operating system as that user. */
export function canReach(user: PostgresUser, path: string): boolean {
  const result = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], {
    ...identityOf(user),
    cwd: '/',
    stdio: 'ignore',
  });
  if (result.error) {
    throw new EmbeddedPostgresError(
      `PostgreSQL refuses to run as root, and this process may not become the user ${user.name} ` +
        `(${result.error.message}). Start Karere as an ordinary user, or set DATABASE_URL.`,
    );
  }
  return result.status === 0;
}

/** Gives a file or folder that root made to the user; without a user everything is ours already. */
export async function give(path: string, user: PostgresUser | undefined): Promise<void> {
  if (user) await chown(path, user.uid, user.gid);
}

/** The part of child_process options that makes the child run as the user. */
export function identityOf(user: PostgresUser | undefined): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}

function lookUp(name: string): PostgresUser | undefined {
  try {
    return { name, uid: Number(id('-u', name)), gid: Number(id('-g', name)) };
  } catch {
    return undefined;
  }
}

function nameOf(uid: number): string {
  try {
    return id('-un', String(uid));
  } catch {
    return `uid ${uid}`;
  }
}

/** Asks the system's `id`, because accounts need not be in /etc/passwd. Throws when there is no such user. */
function id(flag: string, user: string): string {
  return execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }).trim();
}

function create(name: string): PostgresUser | undefined {
  try {
    execFileSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', name], {
      stdio: 'ignore',
    });
  } catch {
    // A system without useradd, or with read-only accounts: the caller falls back to `nobody`.
  }
  return lookUp(name);
}
