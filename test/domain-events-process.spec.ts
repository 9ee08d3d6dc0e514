import { rm } from 'node:fs/promises';
import { developmentToken } from './support/bearer-token';
import { createDatabase, dropDatabase } from './support/database';
import { GatewayProcess } from './support/gateway-process';
import { ask } from './support/http';
import { StreamReader } from './support/stream-reader';
import { makeTempFolder } from './support/temp-folder';

/** Far less than a request waits, and a stream anyway. */
const STOP_MS = 3000;

let databaseUrl: string;
let folder: string;
let gateway: GatewayProcess;

beforeAll(async () => {
  [databaseUrl, folder] = await Promise.all([createDatabase(), makeTempFolder()]);
  gateway = new GatewayProcess({ dataDir: folder, env: { DATABASE_URL: databaseUrl, ROLE: 'api' } });
});
afterAll(async () => {
  await gateway.stop();
  await dropDatabase(databaseUrl);
  await rm(folder, { recursive: true });
});

it('a process that is told to stop does so at once, whoever waits for events', async () => {
  const url = await gateway.ready();
  const headers = { authorization: `Bearer ${await developmentToken('events:read')}` };
  const stream = await StreamReader.open(`${url}/domain-events/stream`, headers);
  const waiting = ask(`${url}/domain-events?wait=30`, { headers });
  await stream.until(() => stream.lastEventId === '0');

  const toldAt = performance.now();
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - toldAt).toBeLessThan(STOP_MS);
  await stream.over;
  expect(await waiting).toMatchObject({ status: 200, body: { items: [], next: '0' } });
});
