import { Pool, type PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { isDatabaseAway } from '../src/database/is-database-away';
import { poolOf } from '../src/database/pool';
import { endWhenSilent, surviveEarlyEnds, withoutSilence } from '../src/database/silent-connections';
import { createDatabase, dropDatabase } from './support/database';
import { TcpProxy } from './support/tcp-proxy';
import { TcpServer } from './support/tcp-server';

const SILENCE_MS = 500;

let databaseUrl: string;
let proxy: TcpProxy;
let pool: Pool;

beforeAll(async () => {
  databaseUrl = await createDatabase('empty');
  proxy = await TcpProxy.to(databaseUrl);
  pool = new Pool({ connectionString: proxy.url, max: 1 });
  pool.on('error', () => undefined);
  endWhenSilent(pool, SILENCE_MS);
});
afterAll(async () => {
  await pool.end();
  await proxy.cut();
  await dropDatabase(databaseUrl);
});

it('a connection that was lost without a word fails in time, and leaves its place to another', async () => {
  await pool.query('SELECT 1');
  proxy.freeze();
  const error = await pool.query('SELECT 2').catch((failure: unknown) => failure);
  expect(isDatabaseAway(error)).toBe(true);
  expect((await pool.query('SELECT 3 AS three')).rows).toEqual([{ three: 3 }]);
});

it('so it is in a transaction, also for who gives its connection back without telling what happened', async () => {
  const client = await pool.connect();
  client.on('error', () => undefined);
  await client.query('BEGIN');
  proxy.freeze();
  await expect(client.query('SELECT 1')).rejects.toThrow(/terminated|timeout|closed/i);
  client.release();
  expect((await pool.query('SELECT 3 AS three')).rows).toEqual([{ three: 3 }]);
});

it('one that answers in time is kept', async () => {
  const pid = async (): Promise<unknown> => (await pool.query('SELECT pg_backend_pid() AS pid')).rows;
  const before = await pid();
  await pool.query(`SELECT pg_sleep(${(SILENCE_MS * 0.6) / 1000})`);
  await pool.query(`SELECT pg_sleep(${(SILENCE_MS * 0.6) / 1000})`);
  expect(await pid()).toEqual(before);
});

it('one on which somebody does what takes its time is kept meanwhile, and no longer', async () => {
  const options = {
    type: 'postgres',
    url: databaseUrl,
    poolSize: 1,
    poolErrorHandler: () => undefined,
  } as const;
  const dataSource = await new DataSource(options).initialize();
  endWhenSilent(poolOf(dataSource), SILENCE_MS);
  const sleepLong = `SELECT pg_sleep(${(SILENCE_MS * 1.5) / 1000})`;
  const twice = dataSource.transaction(async (tx) => {
    await withoutSilence(tx, () => tx.query(sleepLong));
    await tx.query(sleepLong);
  });
  expect(await twice.catch(isDatabaseAway)).toBe(true);
  const slow = dataSource.transaction((tx) =>
    withoutSilence(tx, () => tx.query(`${sleepLong}, 'done' AS end`)),
  );
  expect(await slow).toMatchObject([{ end: 'done' }]);
  await dataSource.destroy();
});

it('one that the server ends as soon as it is open fails, and does not end the process', async () => {
  const server = await TcpServer.start((socket) => socket.once('data', () => socket.end(OPEN_AND_ENDED)));
  const toServer = new Pool({ host: '127.0.0.1', port: server.port, user: 'u', database: 'd', ssl: false });
  toServer.on('error', () => undefined);
  surviveEarlyEnds(toServer);
  // As TypeORM does it: whoever waits for the promise hears of errors from the next turn on.
  const client = await new Promise<PoolClient>((resolve, reject) => {
    toServer.connect((error, connected) => (connected ? resolve(connected) : reject(error ?? new Error())));
  });
  const error = await client.query('SELECT 1').catch((failure: unknown) => failure);
  expect(isDatabaseAway(error)).toBe(true);
  client.release();
  await toServer.end();
  await server.stop();
});

/** What a server says that lets somebody in, and ends: AuthenticationOk, ReadyForQuery, ErrorResponse (protocol 3.0). */
const OPEN_AND_ENDED = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('Z', Buffer.from('I')),
  message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0')),
]);

function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, body]);
}
