import { spawnSync } from 'node:child_process';
import { findProgram } from './find-program';

/** Prometheus's tool for its own files, which no npm package brings. */
export const promtoolPath = findProgram('PROMTOOL_PATH', 'promtool');

/** For who has none. */
export const HOW_TO_GET_PROMTOOL =
  'there is no promtool here (apt-get install prometheus, or set PROMTOOL_PATH)';

/** What it finds fault with; nothing when all is well. */
export function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(promtoolPath ?? 'promtool', args, { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}\n${stderr}`;
}
