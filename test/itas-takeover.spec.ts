import type { ItasConnector } from '../src/itas-events/itas-connector';
import { headOf } from './support/events';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { itasMessage } from './support/itas-message';
import { connectorFor, emptyMailbox, messageIdsInLog, poll, pollOnce } from './support/itas-polling';
import { ItasServer } from './support/itas-server';
import { rowCounts } from './support/rows';
import { lockTable } from './support/table-lock';
import { TcpProxy } from './support/tcp-proxy';

/** Takes over within so many milliseconds. */
const LEASE_MS = 600;

/** How long the database may take with a message. */
const STORE_MS = 400;

let itas: ItasServer;
let gateway: Gateway;
/** Between the first replica and the database. */
let proxy: TcpProxy;
let first: Gateway;
let connectors: { readonly one: ItasConnector; readonly two: ItasConnector };

beforeAll(async () => {
  gateway = await startGateway();
  proxy = await TcpProxy.to(gateway.databaseUrl);
  first = await startGateway({ databaseUrl: proxy.url });
});
beforeEach(async () => {
  await gateway.dataSource.query('TRUNCATE itas_mailbox');
  itas = await ItasServer.start();
  connectors = twoReplicas('0');
});
afterEach(async () => {
  await end(connectors);
  await itas.stop();
});
afterAll(async () => {
  await first.close();
  await proxy.cut();
  await gateway.close();
});

/** @param pollSeconds how long a poll waits for a message */
function twoReplicas(pollSeconds: string, leaseMs = LEASE_MS): typeof connectors {
  const env = { ...itas.environment(1, '3-8'), ITAS_POLL_SECONDS: pollSeconds, ITAS_TIMEOUT_MS: '1000' };
  return {
    one: connectorFor(first, env, { leaseMs, storeMs: STORE_MS }),
    two: connectorFor(gateway, env, { leaseMs, storeMs: STORE_MS }),
  };
}

async function end({ one, two }: typeof connectors): Promise<void> {
  await Promise.all([one.stop(), two.stop()]);
  await Promise.all([one.close(), two.close()]);
}

function publish(count: number): string[] {
  return Array.from({ length: count }, () => {
    const message = itasMessage('TID-013');
    expect(itas.publish(message)).toBe(1);
    return String(message['MessageId']);
  });
}

/** As if the time of the lease had gone by. */
async function letLeaseRunOut(): Promise<void> {
  await gateway.dataSource.query('UPDATE itas_mailbox SET held_until = now()');
}

async function holders(): Promise<number> {
  const [row] = await gateway.dataSource.query<{ held: number }[]>(
    'SELECT count(*)::int AS held FROM itas_mailbox WHERE held_until > clock_timestamp()',
  );
  return row?.held ?? 0;
}

describe('the mailbox', () => {
  it('is polled by one replica, until its lease has run out', async () => {
    const { one, two } = connectors;
    expect([await poll(one), await poll(two), await poll(one)]).toEqual(['idle', 'standby', 'idle']);
    await letLeaseRunOut();
    expect([await poll(two), await poll(one), await poll(two)]).toEqual(['idle', 'standby', 'idle']);
    expect(itas.calls.filter((call) => call === 'POST /Events/Register')).toHaveLength(1);
  });

  it('is taken by one of many that reach for it at the same moment', async () => {
    const replicas = Array.from({ length: 8 }, () =>
      connectorFor(gateway, { ...itas.environment(1, '3-8') }, { leaseMs: 30_000 }),
    );
    const outcomes = await Promise.all(replicas.map(poll));
    for (const replica of replicas) await replica.close();
    expect(outcomes.filter((outcome) => outcome === 'idle')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'standby')).toHaveLength(7);
  });
});

describe('a replica that dies', () => {
  it('after it has received a message leaves it to the other, once its lock has run out', async () => {
    const { one, two } = connectors;
    await emptyMailbox(one);
    const before = await headOf(gateway);
    const ids = publish(2);
    itas.fail('POST /Events/Receive', 'lost-answer');
    expect(await poll(one)).toBe('failed');
    const rows = await rowCounts(gateway.dataSource);
    await letLeaseRunOut();
    expect([await poll(two), await poll(two)]).toEqual(['failed', 'failed']);
    expect(await rowCounts(gateway.dataSource)).toEqual(rows);
    itas.advance(10_000);
    expect(await emptyMailbox(two)).toEqual(['accepted', 'accepted', 'idle']);
    expect(await messageIdsInLog(gateway, before)).toEqual(ids);
  });

  it('after it has stored a message leaves its confirmation to the other', async () => {
    const { one, two } = connectors;
    await emptyMailbox(one);
    const before = await headOf(gateway);
    const ids = publish(2);
    itas.fail('DELETE /Events/Confirm', 'cut');
    expect(await poll(one)).toBe('failed');
    await letLeaseRunOut();
    itas.advance(10_000);
    expect(await emptyMailbox(two)).toEqual(['duplicate', 'accepted', 'idle']);
    expect(await messageIdsInLog(gateway, before)).toEqual(ids);
    expect(itas.mailbox().confirmed).toEqual(ids);
  });
});

describe('a lease that can not be renewed', () => {
  it('is told with the reason, once for each', async () => {
    const { one } = connectors;
    first.logs.length = 0;
    one.start();
    await eventually('it polls', holders, (held) => held === 1);
    await gateway.dataSource.query(
      'ALTER TABLE itas_mailbox ADD CONSTRAINT busy CHECK (polled_at IS NULL) NOT VALID',
    );
    const said = (): unknown[] =>
      first.logs.filter(({ msg }) => msg === 'the mailbox at ITAS can not be kept; trying again');
    await eventually('it says so', said, ({ length }) => length > 0);
    await eventually(
      'it has lost it',
      () => first.logs.some(({ msg }) => msg === 'the mailbox at ITAS is left to others'),
      (lost) => lost,
    );
    expect(said()).toMatchObject([{ err: { message: expect.stringContaining('busy') as string } }]);
    await one.stop();
    await gateway.dataSource.query('ALTER TABLE itas_mailbox DROP CONSTRAINT busy');
  });
});

describe('a message that the database says nothing about', () => {
  it('does not hold up the mailbox: it fails in time, comes again, and is stored once', async () => {
    const { one, two } = connectors;
    await emptyMailbox(one);
    const before = await headOf(gateway);
    const ids = publish(2);
    const lock = await lockTable(gateway.databaseUrl, 'itas_message');
    expect(await pollOnce(one)).toMatchObject({
      kind: 'failed',
      error: { message: `the database has not answered within ${STORE_MS} ms` },
    });
    await lock.release();
    itas.advance(60_000);
    expect(await emptyMailbox(one)).toEqual(['duplicate', 'accepted', 'idle']);
    expect(await messageIdsInLog(gateway, before)).toEqual(ids);
    expect(await poll(two)).toBe('standby');
  });
});

function polls(): number {
  return itas.calls.filter((call) => call === 'GET /Events/Peek').length;
}

describe('two replicas that run', () => {
  const misfortunes = [
    ['is cut off from the database', () => proxy.cut()],
    ['hears nothing from the database any more', () => Promise.resolve(proxy.freeze())],
  ] as const;

  it.each(misfortunes)('lose nothing and mix nothing up when the first one %s', async (_case, cutOff) => {
    const { one, two } = connectors;
    const before = await headOf(gateway);
    one.start();
    await eventually('the first one polls', holders, (held) => held === 1);
    two.start();
    await eventually(
      'the mailbox is subscribed',
      () => [...itas.mailbox().subscriptions],
      ({ length }) => length === 1,
    );
    const ids = publish(5);
    await eventually(
      'the first one has taken those',
      () => itas.mailbox().confirmed,
      ({ length }) => length === 5,
    );

    await cutOff();
    ids.push(...publish(5));
    const confirmed = eventually(
      'the other one has taken the rest',
      () => (itas.advance(1000), itas.mailbox().confirmed),
      ({ length }) => length === 10,
    );
    expect(await confirmed).toEqual(ids);
    expect(await messageIdsInLog(gateway, before)).toEqual(ids);
    expect(itas.mostAtOnce).toBe(1);
    await proxy.cut();
    await proxy.restore();
  });

  it.each(misfortunes)('never wait at ITAS both, also when the first one %s', async (_case, cutOff) => {
    const waiting = twoReplicas('60');
    waiting.one.start();
    await eventually('the first one waits', polls, (count) => count === 1);
    waiting.two.start();
    await cutOff();
    await eventually('the second one waits', polls, (count) => count === 2);
    expect(itas.mostAtOnce).toBe(1);
    await proxy.cut();
    await proxy.restore();
    await end(waiting);
  });

  it('hand it over at once when the first one is stopped', async () => {
    const patient = twoReplicas('60', 60_000);
    patient.one.start();
    await eventually('the first one polls', polls, (count) => count === 1);
    patient.two.start();
    await patient.one.stop();
    await eventually('the second one polls', polls, (count) => count === 2, 10_000);
    expect(itas.mostAtOnce).toBe(1);
    await end(patient);
  });
});
