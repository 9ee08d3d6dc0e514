import { randomUUID } from 'node:crypto';
import { queueActivations } from './support/activations';
import { createDatabase, dropDatabase } from './support/database';
import { type Gateway, startGateway } from './support/gateway';
import { ask } from './support/http';
import { metricOf } from './support/metrics';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { makeAllDue } from './support/queue';
import { TcpProxy } from './support/tcp-proxy';
import { WebhookReceiver } from './support/webhook-receiver';

const PENDING = 'karere_notifications_pending';
const OLDEST = 'karere_notifications_oldest_pending_seconds';
const FAILING = 'karere_channels_failing';
const FAILING_LONGEST = 'karere_channels_failing_longest_seconds';
const HOUR_MS = 3_600_000;

let databaseUrl: string;
let proxy: TcpProxy;
let gateway: Gateway;
let receiver: WebhookReceiver;
let party: Party;
/** The counters as they stood when the test began. */
let before: ReadonlyMap<string, number>;

beforeAll(async () => {
  databaseUrl = await createDatabase();
  proxy = await TcpProxy.to(databaseUrl);
  gateway = await startGateway({ databaseUrl: proxy.url });
});
beforeEach(async () => {
  before = await counters();
  // What has come of deliveries to another one is not held against it.
  receiver = await WebhookReceiver.start();
  party = await newParty(gateway, { callbackUri: receiver.url, errorStrategy: 'retry' });
});
afterEach(async () => {
  jest.useRealTimers();
  receiver.reset();
  await makeAllDue(gateway.dataSource);
  await gateway.deliver();
  await expectBalancedLedger(gateway.dataSource);
  await receiver.close();
});
afterAll(async () => {
  await gateway.close();
  await proxy.cut();
  await dropDatabase(databaseUrl);
});

async function deliver(count = 1): Promise<void> {
  await queueActivations(gateway, party.id, count);
  await gateway.deliver();
}

/** The counters of deliveries, by their names with their labels. */
async function counters(): Promise<ReadonlyMap<string, number>> {
  const { bytes } = await ask(`${gateway.url}/metrics`);
  const lines = bytes.toString().matchAll(/^(karere_delivery_\S+) (\S+)$/gm);
  return new Map([...lines].map(([, name = '', value]) => [name, Number(value)]));
}

async function growthOf(counter: string): Promise<number> {
  return ((await counters()).get(counter) ?? 0) - (before.get(counter) ?? 0);
}

function attempts(verdict: string): Promise<number> {
  return growthOf(`karere_delivery_attempts_total{kind="webhook",verdict="${verdict}"}`);
}

/** Of a histogram: how many there were, and their sum in seconds. */
async function observed(name: 'duration' | 'delay'): Promise<[count: number, seconds: number]> {
  const of = (part: string): Promise<number> =>
    growthOf(`karere_delivery_${name}_seconds_${part}{kind="webhook"}`);
  return [await of('count'), await of('sum')];
}

it('attempts are counted by what they say of the delivery and its receiver', async () => {
  await deliver(3);
  for (const status of [500, 429, 404]) {
    receiver.answer(status);
    await deliver();
  }
  receiver.answer(500);
  await makeAllDue(gateway.dataSource);
  await gateway.deliver();
  receiver.answer(410);
  await deliver();
  const verdicts = ['sent', 'transient', 'throttled', 'permanent', 'gone', 'ours'];
  const counts = await Promise.all(verdicts.map(attempts));
  expect(Object.fromEntries(verdicts.map((verdict, index) => [verdict, counts[index]]))).toEqual({
    sent: 3,
    transient: 3,
    throttled: 1,
    permanent: 1,
    gone: 1,
    ours: 0,
  });
});

it('how long they took is measured, whatever they came to', async () => {
  receiver.reply = (_request, response) => {
    setTimeout(() => response.writeHead(500).end(), 100);
  };
  await deliver();
  receiver.reset();
  await deliver();
  const [count, seconds] = await observed('duration');
  expect(count).toBe(2);
  expect(seconds).toBeGreaterThanOrEqual(0.099);
  expect(seconds).toBeLessThan(5);
});

describe('how long it took from the match to the delivery is measured', () => {
  /** As if all that is pending had been queued so much earlier. */
  async function queuedEarlier(ms: number): Promise<void> {
    await gateway.dataSource.query(
      `UPDATE delivery_notification SET created_at = created_at - $1 * interval '1 millisecond'
       WHERE status = 'pending'`,
      [ms],
    );
  }

  it('when it is delivered, with all attempts that it took', async () => {
    receiver.answer(500);
    await deliver();
    expect(await observed('delay')).toEqual([0, 0]);
    await queuedEarlier(HOUR_MS);
    receiver.reset();
    await makeAllDue(gateway.dataSource);
    await gateway.deliver();
    const [count, seconds] = await observed('delay');
    expect(count).toBe(1);
    expect(seconds).toBeGreaterThanOrEqual(3600);
    expect(seconds).toBeLessThan(3630);
  });

  it('by one clock, whatever that of the process says', async () => {
    await queueActivations(gateway, party.id);
    jest.useFakeTimers({ now: Date.now() + HOUR_MS, advanceTimers: true });
    await gateway.deliver();
    jest.useRealTimers();
    const [count, seconds] = await observed('delay');
    expect(count).toBe(1);
    expect(seconds).toBeLessThan(60);
  });

  it('but not of what is replayed, which is as old as it may be', async () => {
    await queueActivations(gateway, party.id);
    await gateway.dataSource.query(
      `UPDATE delivery_notification SET replay_id = $1 WHERE status = 'pending'`,
      [randomUUID()],
    );
    await gateway.deliver();
    expect(await attempts('sent')).toBe(1);
    expect(await observed('delay')).toEqual([0, 0]);
  });
});

describe('what is pending', () => {
  it('is counted: what is queued, and what is to be tried again', async () => {
    expect(await metricOf(gateway, PENDING)).toBe(0);
    await queueActivations(gateway, party.id, 3);
    expect(await metricOf(gateway, PENDING)).toBe(3);
    receiver.reply = ({ body: { eventId } }, response) =>
      response.writeHead(eventId === '2' ? 500 : 200).end();
    await gateway.deliver();
    expect(await metricOf(gateway, PENDING)).toBe(1);
  });

  it('is as old as the oldest of it, replays left out', async () => {
    expect(await metricOf(gateway, OLDEST)).toBe(0);
    await queueActivations(gateway, party.id, 3);
    await queuedEarlier(HOUR_MS, 1);
    await queuedEarlier(2 * HOUR_MS, 2);
    expect(await metricOf(gateway, OLDEST)).toBeGreaterThanOrEqual(3600);
    // What is older than the first comes to be so only by a replay.
    expect(await metricOf(gateway, OLDEST)).toBeLessThan(3660);
    await gateway.dataSource.query(
      `UPDATE delivery_notification SET replay_id = $1 WHERE status = 'pending' AND sequence < 3`,
      [randomUUID()],
    );
    expect(await metricOf(gateway, OLDEST)).toBeLessThan(60);
  });

  it('is not said when the database can not be asked', async () => {
    await queueActivations(gateway, party.id);
    await proxy.cut();
    for (const metric of [PENDING, OLDEST, FAILING, FAILING_LONGEST]) {
      expect([metric, await metricOf(gateway, metric)]).toEqual([metric, undefined]);
    }
    await proxy.restore();
    expect(await metricOf(gateway, PENDING)).toBe(1);
  });

  /** As if one that is pending had been matched so much earlier. */
  async function queuedEarlier(ms: number, sequence: number): Promise<void> {
    await gateway.dataSource.query(
      `UPDATE delivery_notification SET created_at = created_at - $1 * interval '1 millisecond'
       WHERE status = 'pending' AND sequence = $2`,
      [ms, sequence],
    );
  }
});

describe('channels that fail', () => {
  it('are counted, with how long the worst has failed, until something gets through', async () => {
    expect(await failing()).toEqual([0, 0]);
    receiver.answer(500);
    await deliver();
    const [count, longest] = await failing();
    expect(count).toBe(1);
    expect(longest).toBeLessThan(60);
    await gateway.dataSource.query(
      `UPDATE delivery_channel SET failing_since = failing_since - interval '1 hour' WHERE id = $1`,
      [party.channel.id],
    );
    expect((await failing())[1]).toBeGreaterThanOrEqual(3600);
    receiver.reset();
    await makeAllDue(gateway.dataSource);
    await gateway.deliver();
    expect(await failing()).toEqual([0, 0]);
  });

  it('are no longer counted once they are disabled, or their subscription has ended', async () => {
    receiver.answer(410);
    await deliver();
    expect(await failing()).toEqual([0, 0]);
    party = await newParty(gateway, { callbackUri: receiver.url, errorStrategy: 'retry' });
    receiver.answer(500);
    await deliver();
    expect((await failing())[0]).toBe(1);
    await party.subscriber.ask('DELETE', `/subscriptions/${party.subscription.id}`);
    expect(await failing()).toEqual([0, 0]);
  });

  async function failing(): Promise<(number | undefined)[]> {
    return [await metricOf(gateway, FAILING), await metricOf(gateway, FAILING_LONGEST)];
  }
});
