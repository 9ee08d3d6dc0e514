import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const PLACES = [
  process.env['PROMTOOL_PATH'],
  ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'promtool')),
];

/** Prometheus's tool for its own files, which no npm package brings. */
export const promtoolPath = PLACES.find((path) => path !== undefined && path !== '' && existsSync(path));

/** What it finds fault with; nothing when all is well. */
export function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(promtoolPath ?? 'promtool', args, { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}\n${stderr}`;
}
