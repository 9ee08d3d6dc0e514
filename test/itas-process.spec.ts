import { rm } from 'node:fs/promises';
import { createDatabase, dropDatabase } from './support/database';
import { eventually } from './support/eventually';
import { GatewayProcess } from './support/gateway-process';
import { itasMessage } from './support/itas-message';
import { ItasServer } from './support/itas-server';
import { makeTempFolder } from './support/temp-folder';

/** The lease, a look of the one that waits for its end, and something for a slow machine. */
const TAKEOVER_MS = 5000;

/** Far less than a poll waits. */
const STOP_MS = 6000;

let itas: ItasServer;
let databaseUrl: string;
let folder: string;
const processes: GatewayProcess[] = [];

beforeAll(async () => {
  [itas, databaseUrl, folder] = await Promise.all([ItasServer.start(), createDatabase(), makeTempFolder()]);
});
afterAll(async () => {
  await Promise.all(processes.map((each) => each.stop()));
  await itas.stop();
  await dropDatabase(databaseUrl);
  await rm(folder, { recursive: true });
});

async function startProcess(): Promise<GatewayProcess> {
  const env = { ...itas.environment(1, '3-8'), ITAS_POLL_SECONDS: '60', DATABASE_URL: databaseUrl };
  const process = new GatewayProcess({ dataDir: folder, env });
  processes.push(process);
  await process.ready();
  return process;
}

function polls(): number {
  return itas.calls.filter((call) => call === 'GET /Events/Peek').length;
}

it('is polled by one process; when that is killed, by another; which ends at once when it is told to', async () => {
  const one = await startProcess();
  await eventually('the first one waits for a message', polls, (count) => count === 1);
  const two = await startProcess();
  one.signal('SIGKILL');
  expect(await one.exited).toEqual({ code: null, signal: 'SIGKILL' });
  await eventually('the other one waits', polls, (count) => count === 2, TAKEOVER_MS);

  itas.publish(itasMessage('TID-013'));
  await eventually('the message is taken in', polls, (count) => count === 3);
  expect(itas.mailbox().size).toBe(0);
  const toldAt = performance.now();
  expect(await two.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - toldAt).toBeLessThan(STOP_MS);
  expect(itas.mostAtOnce).toBe(1);
});
