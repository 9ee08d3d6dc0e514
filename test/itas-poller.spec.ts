import type { ItasConnector } from '../src/itas-events/itas-connector';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { itasMessage } from './support/itas-message';
import { connectorFor } from './support/itas-polling';
import { ItasServer } from './support/itas-server';
import { lockTable, untilOneWaits } from './support/table-lock';

let itas: ItasServer;
let gateway: Gateway;
let connector: ItasConnector;

beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(async () => {
  await gateway.dataSource.query('TRUNCATE itas_mailbox');
  itas = await ItasServer.start();
  const env = { ...itas.environment(1, '3-8'), ITAS_POLL_SECONDS: '60', ITAS_TIMEOUT_MS: '30000' };
  connector = connectorFor(gateway, env, { drainMs: 100 });
  connector.start();
  await eventually(
    'it waits for a message',
    () => itas.calls.at(-1),
    (call) => call === 'GET /Events/Peek',
  );
});
afterEach(async () => {
  await connector.stop();
  await connector.close();
  await itas.stop();
});
afterAll(() => gateway.close());

/** How long it takes to stop, in milliseconds. */
async function stopping(): Promise<number> {
  const start = performance.now();
  await connector.stop();
  return performance.now() - start;
}

async function isHeld(): Promise<boolean> {
  const [row] = await gateway.dataSource.query<{ held: boolean }[]>(
    'SELECT holder IS NOT NULL AS held FROM itas_mailbox',
  );
  return row?.held === true;
}

it('a poll waits at ITAS for a minute, and takes a message as soon as there is one', async () => {
  expect(itas.requests.at(-1)?.query).toMatchObject({ timeout: '60' });
  for (let count = 1; count <= 3; count += 1) {
    const start = performance.now();
    itas.publish(itasMessage('TID-013'));
    await eventually(
      'it is confirmed',
      () => itas.mailbox().confirmed,
      ({ length }) => length === count,
    );
    expect(performance.now() - start).toBeLessThan(20_000);
  }
});

it('a poll is broken off when the process stops, and the mailbox given back', async () => {
  expect(await isHeld()).toBe(true);
  expect(await stopping()).toBeLessThan(10_000);
  expect(await isHeld()).toBe(false);
  expect(itas.calls.at(-1)).toBe('GET /Events/Peek');
});

it('a message that is being taken in is finished when the process stops', async () => {
  const lock = await lockTable(gateway.databaseUrl, 'itas_message');
  const message = itasMessage('TID-013');
  itas.publish(message);
  await untilOneWaits(gateway.dataSource);
  const stopped = connector.stop();
  await lock.release();
  await stopped;
  expect(itas.mailbox().confirmed).toEqual([message['MessageId']]);
});

it('an ITAS that hangs does not hold the process up', async () => {
  itas.fail('POST /Events/Receive', 'hang');
  itas.publish(itasMessage('TID-013'));
  await eventually(
    'it is asked for',
    () => itas.calls,
    (calls) => calls.includes('POST /Events/Receive'),
  );
  expect(await stopping()).toBeLessThan(10_000);
  expect(await isHeld()).toBe(false);
});

it('a connector can be started again', async () => {
  await connector.stop();
  connector.start();
  const message = itasMessage('TID-013');
  itas.publish(message);
  const confirmed = eventually(
    'it is confirmed',
    () => itas.mailbox().confirmed,
    ({ length }) => length > 0,
  );
  expect(await confirmed).toEqual([message['MessageId']]);
});

it('a connector goes on after failures, and tells of them once', async () => {
  const before = gateway.logs.length;
  itas.fail('POST /Events/Receive', 503, 2);
  itas.publish(itasMessage('TID-013'));
  const said = await eventually(
    'it goes on',
    () => gateway.logs.slice(before).map(({ msg }) => msg),
    (lines) => lines.includes('the mailbox at ITAS can be read again'),
  );
  expect(said.filter((line) => line === 'the mailbox at ITAS can not be read; trying again')).toHaveLength(1);
  expect(itas.mailbox().confirmed).toHaveLength(1);
});
