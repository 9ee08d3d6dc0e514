/** Builds when a source is newer than the last build, so that `npm start` costs a build only after a change. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STAMP = 'dist/.built';
const SOURCES = [
  'src',
  'ormconfig.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  'package-lock.json',
];

function changedAt(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

if (!existsSync(STAMP) || Math.max(...SOURCES.map(changedAt)) > changedAt(STAMP)) {
  process.stderr.write('Building…\n');
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit', shell: true });
  if (status === 0) writeFileSync(STAMP, '');
  else process.exitCode = status ?? 1;
}
