import { cpus, loadavg } from 'node:os';
import { catchUp } from './catch-up.bench';
import { ingest } from './ingest.bench';
import { ingestFull } from './ingest-full.bench';
import { readOptions } from './options';
import type { Bench, Findings } from './result';
import { type Server, startServer } from './server';
import { isMet, toText } from './table';

const BENCHES: readonly Bench[] = [ingest, ingestFull, catchUp];

/** `npm run bench`: runs the benches one after the other. Progress goes to stderr, results to stdout. */
async function main(): Promise<void> {
  const options = readOptions(
    process.argv.slice(2),
    BENCHES.map(({ name }) => name),
  );
  const say = (progress: string): void => void process.stderr.write(`${progress}\n`);
  const [loadBefore = 0] = loadavg();
  if (loadBefore > 0.5) say(`Something else is running here (load ${loadBefore.toFixed(1)}): expect noise.`);

  const server = await startServer();
  stopOnSignal(server);
  const findings: Record<string, Findings> = {};
  try {
    for (const { name, asks, run } of BENCHES.filter((bench) => options.only.includes(bench.name))) {
      say(`${name}: ${asks}`);
      const found = await run({ options, server, say });
      findings[name] = found;
      if (!options.json) process.stdout.write(toText(`${name}: ${asks}`, found));
    }
  } finally {
    await server.stop();
  }
  const machine = {
    node: process.version,
    postgres: server.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    loadBefore,
  };
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, options, findings }, null, 2)}\n`);
  if (!Object.values(findings).every(({ targets }) => targets.every(isMet))) process.exitCode = 1;
}

/** The subjects are killed as this process exits; the server has to be stopped before. */
function stopOnSignal(server: Server): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.stop().finally(() => process.exit(130)));
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
