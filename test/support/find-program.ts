import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where servers are, which is not on everybody's PATH, and what Homebrew installs. */
const FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

/**
 * Where a program is on this machine that no npm package brings; undefined: nowhere.
 * @param variable of the environment, which may name another place
 * @param names of the program, the first one that is there
 */
export function findProgram(variable: string, ...names: readonly string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...FOLDERS];
  return [
    process.env[variable] ?? '',
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
  ].find((path) => path !== '' && existsSync(path));
}
