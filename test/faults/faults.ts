import { parseArgs } from 'node:util';
import { CleanUp } from '../support/clean-up';
import { HOW_TO_GET_NATS_SERVER, natsServerPath } from '../support/nats-server';
import { delivererKilled } from './deliverer-killed.fault';
import { gatewayKilled } from './gateway-killed.fault';
import { gatewayStopped } from './gateway-stopped.fault';
import { natsKilled } from './nats-killed.fault';
import { type Outcome, runFault } from './run-fault';
import { toTable } from './table';

/** `npm run test:faults`: breaks things under load and counts what was lost or came twice. Exit code 1 if any. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '20' },
      deliveries: { type: 'string', default: '10' },
      stops: { type: 'string', default: '6' },
      nats: { type: 'string', default: '10' },
      connections: { type: 'string', default: '16' },
      /** Notifications a second, at most. */
      rate: { type: 'string', default: '1000' },
      /** Notifications in all, at most, for each fault. */
      limit: { type: 'string', default: '60000' },
    },
  });
  const faults = [
    gatewayKilled(Number(values.kills)),
    delivererKilled(Number(values.deliveries)),
    gatewayStopped(Number(values.stops)),
    natsKilled(natsServerPath === undefined ? 0 : Number(values.nats)),
  ];
  if (natsServerPath === undefined) {
    report(`SKIPPED: nothing is published to JetStream, and that is not killed: ${HOW_TO_GET_NATS_SERVER}`);
  }
  const load = {
    connections: Number(values.connections),
    perSecond: Number(values.rate),
    limit: Number(values.limit),
  };
  const cleanUp = new CleanUp();
  const outcomes: Outcome[] = [];
  for (const fault of faults) {
    if (fault.rounds > 0) outcomes.push(await runFault(fault, load, cleanUp, report));
  }
  process.stdout.write(toTable(outcomes));
  if (outcomes.some(({ breaches }) => breaches.length > 0)) process.exitCode = 1;
}

/** Progress, beside the table. */
function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
