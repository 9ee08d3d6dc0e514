import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What PostgreSQL's main process says about itself in `postmaster.pid`. */
export interface PostmasterPid {
  readonly pid: number;
  readonly port: number;
}

/**
 * The main process that runs on this data directory; undefined when none does. After a crash the file can name a
 * process id that now belongs to something else, which is the rule in a container: there every start counts from 1.
 */
export function findPostmaster(data: string): PostmasterPid | undefined {
  const file = readPidFile(data);
  if (!file || !isAlive(file.pid)) return undefined;
  const folder = workingFolder(file.pid) ?? realFolder(file.data);
  return folder === data ? { pid: file.pid, port: file.port } : undefined;
}

/**
 * Removes a `postmaster.pid` that names a living process which certainly is not PostgreSQL on this data directory.
 * A dead process id is PostgreSQL's own business; for a living one it would refuse to start until someone did this.
 */
export function removeRecycledPid(data: string): void {
  const file = readPidFile(data);
  if (!file || !isAlive(file.pid)) return;
  const folder = workingFolder(file.pid);
  if (folder !== undefined && folder !== data) rmSync(join(data, 'postmaster.pid'), { force: true });
}

/** A process of another user counts as dead: PostgreSQL on this directory would run as ours, or we would be root. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Lines: process id, data directory, start time, port. Undefined while PostgreSQL is still writing them. */
function readPidFile(data: string): (PostmasterPid & { data: string }) | undefined {
  let content: string;
  try {
    content = readFileSync(join(data, 'postmaster.pid'), 'utf8');
  } catch {
    return undefined;
  }
  const [pid, folder, , port] = content.split('\n');
  return Number(pid) > 0 && Number(port) > 0 && folder
    ? { pid: Number(pid), port: Number(port), data: folder }
    : undefined;
}

/** PostgreSQL works in its data directory. Undefined where the system does not tell. */
function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function realFolder(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
