// Asks the registry for known vulnerabilities of what runs in production. Fails on high and critical ones; a registry
// that gives no answer is no reason to fail, but is said aloud.
import { spawnSync } from 'node:child_process';

const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: 60_000,
});

const counts = countsIn(stdout);
if (counts === undefined) {
  process.stderr.write(`NOT AUDITED: the registry gave no answer (${error?.message ?? 'see npm audit'}).\n`);
} else {
  const bad = (counts.high ?? 0) + (counts.critical ?? 0);
  process.stdout.write(`Audit of production dependencies: ${JSON.stringify(counts)}\n`);
  if (bad > 0) {
    process.stderr.write(`${bad} of them are high or critical: see npm audit --omit=dev\n`);
    process.exit(1);
  }
}

/** @returns {Record<string, number> | undefined} by severity */
function countsIn(text) {
  try {
    return JSON.parse(text).metadata?.vulnerabilities;
  } catch {
    return undefined;
  }
}
