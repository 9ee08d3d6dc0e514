import { readdir, readFile } from 'node:fs/promises';
import { TICKS_PER_SECOND } from './usage';

/** CPU of a process and of all that it has started, also of what has ended since. Linux only: undefined elsewhere. */
export async function cpuOfTree(root: number): Promise<number | undefined> {
  const names = await readdir('/proc').catch(() => []);
  const stats = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      // It may have ended since the folder was read.
      .map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')),
  );
  return cpuSecondsOfTree(
    stats.filter((stat) => stat !== ''),
    root,
  );
}

/**
 * The same of the contents of `/proc/<pid>/stat`. What ended is in its parent's account once that has waited for it,
 * so the sum never goes back.
 */
export function cpuSecondsOfTree(stats: readonly string[], root: number): number | undefined {
  const processes = stats.map(read);
  const first = processes.find(({ pid }) => pid === root);
  if (!first) return undefined;
  const tree = [first];
  for (const { pid } of tree) tree.push(...processes.filter(({ parent }) => parent === pid));
  return tree.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND;
}

/** Its fields are counted from behind the name, which may hold spaces and parentheses; see proc(5). */
function read(stat: string): { pid: number; parent: number; ticks: number } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15).map(Number);
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(fields[1]),
    ticks: user + system + childrenUser + childrenSystem,
  };
}
