import { Pool } from 'pg';
import { isDatabaseAway } from '../src/database/is-database-away';
import { endWhenSilent } from '../src/database/silent-connections';
import { createDatabase, dropDatabase } from './support/database';
import { TcpProxy } from './support/tcp-proxy';

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
