import { randomUUID } from 'node:crypto';
import { claim } from '../src/delivery/claim';
import { Dispatcher } from '../src/delivery/dispatcher';
import { queueActivations } from './support/activations';
import { connected } from './support/connected';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { startPausingReplica } from './support/pausing-replica';
import { cancelAllPending } from './support/queue';
import { untilOneWaits } from './support/table-lock';
import { WebhookReceiver } from './support/webhook-receiver';

const ENV = { ENDPOINT_CONCURRENCY: '100' };

let one: Gateway;
let two: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  one = await startGateway({ env: ENV });
  two = await startGateway({ env: ENV, databaseUrl: one.databaseUrl });
  receiver = await WebhookReceiver.start();
});
afterEach(async () => {
  for (const gateway of [one, two]) await gateway.app.get(Dispatcher).stop();
  receiver.reset();
  await expectBalancedLedger(one.dataSource);
  await cancelAllPending(one.dataSource);
});
afterAll(async () => {
  await receiver.close();
  await two.close();
  await one.close();
});

/** Of one that has so many queued, to the same server as all others. */
async function party(path: string, count: number, ratePerSecond?: number): Promise<Party> {
  const callbackUri = `${receiver.url}/${path}`;
  const to = await newParty(one, { callbackUri, ...(ratePerSecond !== undefined && { ratePerSecond }) });
  await queueActivations(one, to.id, count);
  return to;
}

async function deliverByBoth(): Promise<void> {
  await Promise.all([one.deliver(), two.deliver()]);
}

function countAt(path: string): number {
  return receiver.received.filter((each) => each.path === `/${path}`).length;
}

/** As if so much time had gone by since the last deliveries of the channel. */
async function letTimePassFor({ channel }: Party, seconds: number): Promise<void> {
  await one.dataSource.query(
    `UPDATE delivery_channel SET paced_until = paced_until - $2 * interval '1 second' WHERE id = $1`,
    [channel.id, seconds],
  );
}

/** How many a replica takes at one look. */
async function taken({ dataSource }: Gateway): Promise<number> {
  const { claimed } = await claim(dataSource, {
    limit: 100,
    slotsPerEndpoint: 100,
    freeSlots: new Map(),
    replayLanes: 0,
    claimId: randomUUID(),
    leaseMs: 60_000,
    after: '',
  });
  return claimed.length;
}

describe('a webhook with a rate', () => {
  it('does not get it twice from two replicas that look at the same time', async () => {
    const { replica, goOn } = await startPausingReplica(one, ENV);
    await party('looked-at', 30, 5);
    const start = performance.now();
    const paused = taken(replica);
    await untilOneWaits(one.dataSource);
    const meanwhile = await taken(one);
    await goOn();
    const together = meanwhile + (await paused);
    expect(together).toBeGreaterThanOrEqual(5);
    expect(together).toBeLessThanOrEqual(5 * (1 + (performance.now() - start) / 1000));
    await replica.close();
  });

  it('gets at once what a second holds, and then no more than that a second, over all replicas', async () => {
    const rate = 5;
    const start = performance.now();
    const to = await party('paced', 40, rate);
    let passed = 0;
    const most = (): number => rate * (1 + passed + (performance.now() - start) / 1000);
    await deliverByBoth();
    expect(countAt('paced')).toBeGreaterThanOrEqual(rate);
    expect(countAt('paced')).toBeLessThanOrEqual(most());
    for (passed = 1; countAt('paced') < 40; passed += 1) {
      const before = countAt('paced');
      await letTimePassFor(to, 1);
      await deliverByBoth();
      expect(countAt('paced')).toBeGreaterThanOrEqual(Math.min(40, before + rate));
      expect(countAt('paced')).toBeLessThanOrEqual(most());
    }
  });

  it('gets no more at once for having waited long', async () => {
    const to = await party('rested', 30, 4);
    await deliverByBoth();
    const start = performance.now();
    const before = countAt('rested');
    await letTimePassFor(to, 3600);
    await deliverByBoth();
    const seconds = (performance.now() - start) / 1000;
    expect(countAt('rested') - before).toBeGreaterThanOrEqual(4);
    expect(countAt('rested') - before).toBeLessThanOrEqual(4 * (1 + seconds));
  });

  it('gets what its rate allows while the dispatchers run by themselves', async () => {
    const times: number[] = [];
    receiver.reply = (_request, response) => {
      times.push(performance.now());
      response.end();
    };
    await party('by-itself', 100, 50);
    const start = performance.now();
    for (const gateway of [one, two]) gateway.app.get(Dispatcher).start();
    await eventually(
      'all has come',
      () => times.length,
      (count) => count === 100,
    );
    // The bucket has 50, and the others come within a second; none was told to hurry.
    expect(performance.now() - start).toBeGreaterThan(990);
    for (const [n, time] of times.entries())
      expect(n + 1).toBeLessThanOrEqual(50 * (1 + (time - start) / 1000));
  });

  it('does not hold up others at the same server, with a rate of their own or without', async () => {
    await party('slow', 20, 1);
    await party('quick', 60, 60);
    await party('free', 60);
    await deliverByBoth();
    expect(countAt('free')).toBe(60);
    expect(countAt('quick')).toBe(60);
    expect(countAt('slow')).toBeGreaterThanOrEqual(1);
    expect(countAt('slow')).toBeLessThan(20);
  });

  it('does not stand still when the clock of the database was ahead, and is right again', async () => {
    const to = await party('ahead', 3, 10);
    await one.dataSource.query(
      `UPDATE delivery_channel SET paced_until = now() + interval '3 hours' WHERE id = $1`,
      [to.channel.id],
    );
    await deliverByBoth();
    expect(countAt('ahead')).toBe(3);
    await queueActivations(one, to.id, 3);
    await deliverByBoth();
    expect(countAt('ahead')).toBe(6);
  });

  it('is passed over while somebody else has its row, and others are not', async () => {
    const to = await party('locked', 3, 10);
    await party('not-locked', 3);
    const operator = await connected(one.databaseUrl);
    await operator.query('BEGIN');
    await operator.query('SELECT FROM delivery_channel WHERE id = $1 FOR UPDATE', [to.channel.id]);
    await deliverByBoth();
    expect([countAt('locked'), countAt('not-locked')]).toEqual([0, 3]);
    await operator.end();
    await deliverByBoth();
    expect(countAt('locked')).toBe(3);
  });
});
