import { cpus, loadavg } from 'node:os';
import { CleanUp } from '../support/clean-up';
import { backlog } from './backlog.bench';
import { catchUp } from './catch-up.bench';
import { deliveries } from './deliveries.bench';
import { deliveriesFull } from './deliveries-full.bench';
import { deliveryLog } from './delivery-log.bench';
import { fairness } from './fairness.bench';
import { followup } from './followup.bench';
import { ingest } from './ingest.bench';
import { ingestFull } from './ingest-full.bench';
import { latency } from './latency.bench';
import { mailbox } from './mailbox.bench';
import { matching } from './matching.bench';
import { memory } from './memory.bench';
import { readOptions } from './options';
import { replay } from './replay.bench';
import { replicas } from './replicas.bench';
import type { Bench, Findings } from './result';
import { startServer } from './server';
import { isMet, targetsToText, toText } from './table';

const BENCHES: readonly Bench[] = [
  ingest,
  ingestFull,
  memory,
  catchUp,
  matching,
  latency,
  fairness,
  deliveries,
  deliveriesFull,
  backlog,
  replay,
  deliveryLog,
  followup,
  mailbox,
  replicas,
];

/** `npm run bench`: runs the benches one after the other. Progress goes to stderr, results to stdout. */
async function main(): Promise<void> {
  const options = readOptions(
    process.argv.slice(2),
    BENCHES.map(({ name }) => name),
  );
  const say = (progress: string): void => void process.stderr.write(`${progress}\n`);
  const [loadBefore = 0] = loadavg();
  if (loadBefore > 0.5) say(`Something else is running here (load ${loadBefore.toFixed(1)}): expect noise.`);

  const cleanUp = new CleanUp();
  const findings: Record<string, Findings> = {};
  try {
    const server = await startServer(cleanUp);
    for (const bench of BENCHES.filter(({ name }) => options.only.includes(name))) {
      const title = `${bench.name}: ${bench.asks}`;
      say(title);
      const found = await bench.run({ options, server, cleanUp, say });
      findings[bench.name] = found;
      if (!options.json) process.stdout.write(toText(title, found));
    }
    const machine = {
      node: process.version,
      postgres: server.version,
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      loadBefore,
    };
    if (!options.json) process.stdout.write(targetsToText(findings));
    else process.stdout.write(`${JSON.stringify({ machine, options, findings }, null, 2)}\n`);
  } finally {
    await cleanUp.run();
  }
  if (!Object.values(findings).every(({ targets }) => targets.every(isMet))) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
