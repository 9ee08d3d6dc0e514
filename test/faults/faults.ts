import { parseArgs } from 'node:util';
import { CleanUp } from '../support/clean-up';
import { HOW_TO_GET_NATS_SERVER, natsServerPath } from '../support/nats-server';
import { INSTALL_NGINX, nginxPath } from '../support/nginx';
import { delivererKilled } from './deliverer-killed.fault';
import type { Fault } from './fault';
import { gatewayKilled } from './gateway-killed.fault';
import { gatewayStopped } from './gateway-stopped.fault';
import { natsKilled } from './nats-killed.fault';
import { replicasKilled } from './replicas-killed.fault';
import { replicasRestarted } from './replicas-restarted.fault';
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
      /** Of four replicas behind nginx, in turn. */
      restarts: { type: 'string', default: '8' },
      'replica-kills': { type: 'string', default: '8' },
      /** Only the faults whose name has this in it. */
      only: { type: 'string', default: '' },
      connections: { type: 'string', default: '16' },
      /** Notifications a second, at most. */
      rate: { type: 'string', default: '1000' },
      /** Notifications in all, at most, for each fault. */
      limit: { type: 'string', default: '60000' },
    },
  });
  const behindNginx = [
    replicasRestarted(Number(values.restarts)),
    replicasKilled(Number(values['replica-kills'])),
  ];
  const faults: readonly Fault[] = [
    gatewayKilled(Number(values.kills)),
    delivererKilled(Number(values.deliveries)),
    gatewayStopped(Number(values.stops)),
    ...(natsServerPath === undefined ? [] : [natsKilled(Number(values.nats))]),
    ...(nginxPath === undefined ? [] : behindNginx),
  ];
  if (natsServerPath === undefined) {
    report(`SKIPPED: nothing is published to JetStream, and that is not killed: ${HOW_TO_GET_NATS_SERVER}`);
  }
  if (nginxPath === undefined) {
    report(`SKIPPED: no replicas behind nginx, because there is no nginx here: ${INSTALL_NGINX}`);
  }
  const load = {
    connections: Number(values.connections),
    perSecond: Number(values.rate),
    limit: Number(values.limit),
  };
  const cleanUp = new CleanUp();
  const outcomes: Outcome[] = [];
  for (const fault of faults) {
    if (fault.rounds === 0 || !fault.name.includes(values.only)) continue;
    outcomes.push(await runFault(fault, load, cleanUp, report));
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
