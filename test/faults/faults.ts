import { parseArgs } from 'node:util';
import { CleanUp } from '../support/clean-up';
import { clockJumps } from './clock-jumps.fault';
import { connectionsCut } from './connections-cut.fault';
import { databaseClockJumps } from './database-clock-jumps.fault';
import { delivererKilled } from './deliverer-killed.fault';
import { diskFull } from './disk-full.fault';
import type { Fault } from './fault';
import { gatewayKilled } from './gateway-killed.fault';
import { gatewayStopped } from './gateway-stopped.fault';
import { itasLies } from './itas-lies.fault';
import { natsKilled } from './nats-killed.fault';
import { postgresAway } from './postgres-away.fault';
import { postgresKilled } from './postgres-killed.fault';
import { receiversBad } from './receivers-bad.fault';
import { replicasKilled } from './replicas-killed.fault';
import { replicasRestarted } from './replicas-restarted.fault';
import { type Row, runFault } from './run-fault';
import { smtpStalls } from './smtp-stalls.fault';
import { toTable } from './table';
import { versionsSideBySide } from './versions.fault';

/** In the order of the table: the option that says how many rounds, how many without it, and the fault. */
const FAULTS: readonly (readonly [option: string, rounds: number, fault: (rounds: number) => Fault])[] = [
  ['kills', 50, gatewayKilled],
  ['deliveries', 10, delivererKilled],
  ['stops', 6, gatewayStopped],
  ['postgres-kills', 12, postgresKilled],
  ['outages', 2, postgresAway],
  ['clock-jumps', 4, clockJumps],
  ['cuts', 6, connectionsCut],
  ['full-disks', 3, diskFull],
  ['database-clock', 2, databaseClockJumps],
  ['versions', 2, versionsSideBySide],
  ['itas', 3, itasLies],
  ['receivers', 1, receiversBad],
  ['mail', 4, smtpStalls],
  ['nats', 10, natsKilled],
  ['restarts', 8, replicasRestarted],
  ['replica-kills', 8, replicasKilled],
];

/** `npm run test:faults`: breaks things under load and counts what was lost or came twice. Exit code 1 if any. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(FAULTS.map(([option]) => [option, { type: 'string' } as const])),
      /** Of every fault, whatever it has otherwise. */
      rounds: { type: 'string' },
      /** Only the faults whose name has this in it. */
      only: { type: 'string', default: '' },
      /** A fault that this machine lacks something for is a failure. */
      complete: { type: 'boolean', default: false },
      connections: { type: 'string', default: '16' },
      /** Notifications a second, at most. */
      rate: { type: 'string', default: '1000' },
      /** New notifications in all, about, for each fault. */
      limit: { type: 'string', default: '60000' },
    },
  });
  const load = {
    connections: whole('connections', values.connections, 1),
    perSecond: whole('rate', values.rate, 1),
    limit: whole('limit', values.limit, 1),
  };
  const all = FAULTS.map(([option, byDefault, make]) => {
    const given = values[option as keyof typeof values] ?? values.rounds ?? String(byDefault);
    return make(whole(option, String(given)));
  });
  const wanted = all.filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase()));
  if (!wanted.some(({ rounds }) => rounds > 0)) {
    const names = all.map(({ name }) => name).join('\n');
    throw new Error(`No fault that happens has "${values.only}" in its name. There are:\n${names}`);
  }
  const cleanUp = new CleanUp();
  const rows: Row[] = [];
  for (const fault of wanted.filter(({ rounds }) => rounds > 0)) {
    const row = await runFault(fault, load, cleanUp, report);
    rows.push(row);
    // Whoever ends it early has what there is.
    report(toTable([row]));
  }
  process.stdout.write(toTable(rows));
  if (rows.some(({ breaches, rounds }) => breaches.length > 0 || (values.complete && rounds === 0)))
    process.exitCode = 1;
}

/** @throws Error when it is none, or less */
function whole(option: string, text: string, atLeast = 0): number {
  if (/^\d+$/.test(text) && Number(text) >= atLeast) return Number(text);
  throw new Error(`--${option} is a whole number from ${atLeast} on, not "${text}".`);
}

/** Progress, beside the table. */
function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
