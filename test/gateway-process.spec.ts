import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { developmentToken } from './support/bearer-token';
import { connected } from './support/connected';
import { createDatabase, dropDatabase } from './support/database';
import { eventually } from './support/eventually';
import { GatewayProcess } from './support/gateway-process';
import { ask } from './support/http';
import { StreamReader } from './support/stream-reader';
import { makeTempFolder } from './support/temp-folder';

/** Far less than a request waits, and a stream anyway. */
const STOP_MS = 6000;

let databaseUrl: string;
let folder: string;
let gateway: GatewayProcess;

beforeAll(async () => {
  [databaseUrl, folder] = await Promise.all([createDatabase(), makeTempFolder()]);
  await writeFile(join(folder, '.env'), `DATABASE_URL=${databaseUrl}\nROLE=worker\n`);
  gateway = new GatewayProcess({ dataDir: folder, env: { ROLE: 'api' } });
});
afterAll(async () => {
  await gateway.stop();
  await dropDatabase(databaseUrl);
  await rm(folder, { recursive: true });
});

async function query<Row extends object>(sql: string): Promise<Row[]> {
  return (await (await connected(databaseUrl)).query<Row>(sql)).rows;
}

it('reads .env, though what is set already stands, and prints a first request, which can be pasted', async () => {
  await gateway.ready();
  const command = await eventually(
    'it is printed',
    () => /^curl .*$/m.exec(gateway.output)?.[0] ?? '',
    Boolean,
  );
  const { stdout } = await promisify(execFile)('sh', ['-c', command]);
  expect(JSON.parse(stdout)).toEqual({ eventId: '90209', status: 'accepted' });
  expect(await query('SELECT event_id FROM spg_notification')).toEqual([{ event_id: '90209' }]);
});

it('names all that is wrong with its environment, and ends', async () => {
  const wrong = new GatewayProcess({
    dataDir: folder,
    env: { PORT: 'http', ROLE: 'boss', RETENTION_DAYS: '0' },
  });
  expect(await wrong.exited).toEqual({ code: 1, signal: null });
  await eventually(
    'all is named',
    () => wrong.output,
    (output) => /^The environment is not valid:\n  PORT: .+\n  ROLE: .+\n  RETENTION_DAYS: .+$/.test(output),
  );
  expect(wrong.output).not.toContain('at ');
});

it('that is told to stop does so at once, whoever waits for events', async () => {
  const url = await gateway.ready();
  const [head] = await query<{ position: string }>('SELECT position FROM event_log_head');
  const headers = { authorization: `Bearer ${await developmentToken('events:read')}` };
  const stream = await StreamReader.open(`${url}/domain-events/stream`, headers);
  const waiting = ask(`${url}/domain-events?wait=30&after=${head?.position}`, { headers });
  await stream.until(() => stream.lastEventId === head?.position);

  const toldAt = performance.now();
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - toldAt).toBeLessThan(STOP_MS);
  await stream.over;
  expect(await waiting).toMatchObject({ status: 200, body: { items: [], next: head?.position } });
});
