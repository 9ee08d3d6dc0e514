import type { ServerResponse } from 'node:http';
import { Signal } from '../src/database/signal';
import { Signals } from '../src/database/signals';
import { claim } from '../src/delivery/claim';
import { Claims, type DispatcherOptions } from '../src/delivery/claims';
import { Courses } from '../src/delivery/courses';
import { Delivery } from '../src/delivery/delivery';
import { Dispatcher } from '../src/delivery/dispatcher';
import { Outcomes } from '../src/delivery/outcomes';
import { createLogger } from '../src/logger';
import { queueActivations } from './support/activations';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { metricOf } from './support/metrics';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { startPausingReplica } from './support/pausing-replica';
import { attemptsOf, cancelAllPending, letTimePass, makeAllDue, notificationsOf } from './support/queue';
import { untilOneWaits } from './support/table-lock';
import { WebhookReceiver } from './support/webhook-receiver';

const ALL = 8;
const EACH = 3;
const LEASE_MS = 60_000;

let one: Gateway;
let two: Gateway;
let cleanUps: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const env = {
    DELIVERY_CONCURRENCY: String(ALL),
    ENDPOINT_CONCURRENCY: String(EACH),
    RETRY_SCHEDULE: '1h,1h',
  };
  one = await startGateway({ env });
  two = await startGateway({ env, databaseUrl: one.databaseUrl });
});
afterEach(async () => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  for (const cleanUp of cleanUps) await cleanUp();
  cleanUps = [];
  for (const gateway of [one, two]) await gateway.app.get(Dispatcher).stop();
  await expectBalancedLedger(one.dataSource);
  // What a test has left is not the next one's.
  await cancelAllPending(one.dataSource);
});
afterAll(async () => {
  await two.close();
  await one.close();
});

async function receiver(reply?: WebhookReceiver['reply']): Promise<WebhookReceiver> {
  const started = await WebhookReceiver.start();
  cleanUps.push(() => started.close());
  if (reply) started.reply = reply;
  return started;
}

/** Does not answer until it is told to. */
async function hanging(): Promise<{ at: WebhookReceiver; held: ServerResponse[] }> {
  const held: ServerResponse[] = [];
  const at = await receiver((_request, response) => held.push(response));
  return { at, held };
}

function party({ url }: WebhookReceiver, more: object = {}): Promise<Party> {
  return newParty(one, { callbackUri: url, errorStrategy: 'retry', ...more });
}

async function queued(at: WebhookReceiver, count = 1): Promise<Party> {
  const to = await party(at);
  await queueActivations(one, to.id, count);
  return to;
}

function statesOf({ subscription }: Party) {
  return notificationsOf(one.dataSource, subscription);
}

async function countOf(to: Party, status: string): Promise<number> {
  return (await statesOf(to)).filter((each) => each.status === status).length;
}

async function allSent(to: Party): Promise<void> {
  await eventually(
    'all is sent',
    () => statesOf(to),
    (all) => all.every(({ status }) => status === 'sent'),
  );
}

async function until(at: WebhookReceiver, count: number): Promise<void> {
  await eventually(
    `${count} have come`,
    () => at.received.length,
    (length) => length >= count,
  );
}

/** Answers after a little while, and counts how many wait for it at most. */
function counting(peak: { now: number; most: number }): WebhookReceiver['reply'] {
  return (_request, response) => {
    peak.now += 1;
    peak.most = Math.max(peak.most, peak.now);
    setTimeout(() => {
      peak.now -= 1;
      response.end();
    }, 20);
  };
}

const elapsed = performance.now.bind(performance);

/** The clock that nobody can set goes on by this; timers do not notice. */
function moveClock(ms: number): void {
  const ahead = performance.now() + ms - elapsed();
  jest.spyOn(performance, 'now').mockImplementation(() => elapsed() + ahead);
}

/** The clock that people read, `Date`, is set back by this; timers do not notice. */
function setBack(ms: number): void {
  const now = Date.now() - ms;
  jest.useFakeTimers({
    now,
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
}

/** The dispatcher of the first replica with other options. */
function dispatcherWith(options: Partial<DispatcherOptions>): Dispatcher {
  const claims = new Claims(one.dataSource, {
    concurrency: ALL,
    endpointConcurrency: EACH,
    mailConcurrency: 1,
    leaseMs: LEASE_MS,
    drainMs: 10_000,
    ...options,
  });
  const logger = createLogger(one.config, { write: () => undefined });
  const courses = new Courses(claims, one.app.get(Delivery), one.app.get(Outcomes), logger);
  return new Dispatcher(claims, courses, new Signal(), logger);
}

describe('deliveries at once', () => {
  it('are so many to one endpoint, and no more', async () => {
    const peak = { now: 0, most: 0 };
    const to = await queued(await receiver(counting(peak)), 30);
    one.app.get(Dispatcher).start();
    await allSent(to);
    expect(peak.most).toBe(EACH);
  });

  it('are so many in all, and no more', async () => {
    const peak = { now: 0, most: 0 };
    const parties: Party[] = [];
    for (let n = 0; n < 5; n += 1) parties.push(await queued(await receiver(counting(peak)), 6));
    one.app.get(Dispatcher).start();
    for (const to of parties) await allSent(to);
    expect(peak.most).toBe(ALL);
  });

  it('to an endpoint that hangs do not hold up others', async () => {
    const { at, held } = await hanging();
    const stuck = await queued(at, 20);
    one.app.get(Dispatcher).start();
    await until(at, EACH);
    const to = await queued(await receiver(), 20);
    await allSent(to);
    expect(at.received).toHaveLength(EACH);
    expect((await statesOf(stuck)).filter(({ isClaimed }) => isClaimed)).toHaveLength(EACH);
    for (const response of held) response.destroy();
  });

  it('that have become slow leave their room to others', async () => {
    const stuck = await Promise.all([hanging(), hanging(), hanging()]);
    for (const { at } of stuck) await queued(at, 20);
    one.app.get(Dispatcher).start();
    await eventually(
      'all room is taken',
      () => stuck.reduce((sum, { at }) => sum + at.received.length, 0),
      (sum) => sum === ALL,
    );
    const to = await queued(await receiver(), 20);
    expect(await countOf(to, 'pending')).toBe(20);
    moveClock(2000);
    await allSent(to);
    for (const { held } of stuck) for (const response of held) response.destroy();
  });

  it('of many more endpoints than are looked at at once are made all the same', async () => {
    const at = await receiver();
    const to = await queued(at, 620);
    const moved = await one.dataSource.query<[unknown[], number]>(
      `UPDATE delivery_notification SET endpoint = 'http://' || sequence || '.example.nz',
         next_attempt_at = CASE WHEN sequence > 10 AND sequence <= 610 THEN now() + interval '1 hour'
           ELSE next_attempt_at END
       WHERE subscription_id = $1`,
      [to.subscription.id],
    );
    expect(moved[1]).toBe(620);
    await one.deliver();
    expect(await countOf(to, 'sent')).toBe(20);
    await makeAllDue(one.dataSource);
    await one.deliver();
    expect(await countOf(to, 'sent')).toBe(620);
    expect(new Set(at.received.map(({ headers }) => headers['webhook-id'])).size).toBe(620);
    expect(at.received).toHaveLength(620);
  });
});

describe('two replicas', () => {
  it('deliver what there is together, each notification once', async () => {
    const attempts = 'karere_delivery_attempts_total{kind="webhook",verdict="sent"}';
    const before = await Promise.all([one, two].map(async (each) => (await metricOf(each, attempts)) ?? 0));
    const receivers = await Promise.all(Array.from({ length: 4 }, () => receiver()));
    const parties: Party[] = [];
    for (const at of receivers) parties.push(await queued(at, 100));
    for (const gateway of [one, two]) gateway.app.get(Dispatcher).start();
    for (const to of parties) await allSent(to);
    expect(receivers.flatMap(({ received }) => received)).toHaveLength(400);
    const after = await Promise.all([one, two].map(async (each) => (await metricOf(each, attempts)) ?? 0));
    const made = after.map((count, index) => count - (before[index] ?? 0));
    expect(made.reduce((a, b) => a + b)).toBe(400);
    expect(Math.min(...made)).toBeGreaterThan(0);
    const complaints = [one, two].flatMap(({ logs }) => logs.filter(({ err }) => err !== undefined));
    expect(complaints).toEqual([]);
  });

  it('each hear at once of what the other has queued', async () => {
    const at = await receiver();
    const to = await party(at);
    await two.app.get(Signals).start();
    two.app.get(Dispatcher).start();
    await queueActivations(one, to.id);
    await until(at, 1);
    const start = performance.now();
    for (let n = 2; n <= 13; n += 1) {
      await queueActivations(one, to.id);
      await until(at, n);
    }
    // By itself it would look twice a second.
    expect(performance.now() - start).toBeLessThan(4500);
  });
});

describe('a claim', () => {
  it('that finds that another process has just delivered what it saw leaves it, and goes on', async () => {
    const { replica, goOn } = await startPausingReplica(one);
    cleanUps.push(() => replica.close());
    const at = await receiver();
    const to = await queued(at, 2);
    const claiming = replica.deliver();
    await untilOneWaits(one.dataSource);
    await one.deliver();
    await goOn();
    await claiming;
    expect(at.received).toHaveLength(2);
    expect(await statesOf(to)).toMatchObject([
      { status: 'sent', attempts: 1 },
      { status: 'sent', attempts: 1 },
    ]);
  });

  /** As a process does that dies then. */
  function takenAndLost() {
    return claim(one.dataSource, {
      limit: 10,
      slotsPerEndpoint: 10,
      freeSlots: new Map(),
      replayLanes: 0,
      claimId: 'c1a1c1a1-0000-4000-8000-000000000000',
      leaseMs: LEASE_MS,
      after: '',
    });
  }

  it('of a process that has died holds as long as its lease, and then another process delivers', async () => {
    const at = await receiver();
    const to = await queued(at, 2);
    expect((await takenAndLost()).claimed).toHaveLength(2);
    await one.deliver();
    await letTimePass(one.dataSource, LEASE_MS - 10_000);
    await two.deliver();
    expect(at.received).toEqual([]);
    await letTimePass(one.dataSource, 10_000);
    await two.deliver();
    expect(at.received).toHaveLength(2);
    expect(await statesOf(to)).toMatchObject([
      { status: 'sent', attempts: 1, isClaimed: false },
      { status: 'sent', attempts: 1, isClaimed: false },
    ]);
  });

  it.each([
    ['good', 200],
    ['bad', 500],
  ])('that was taken over writes no outcome: a %s one that comes late', async (_name, status) => {
    const { at, held } = await hanging();
    const to = await queued(at);
    const first = one.deliver();
    await until(at, 1);
    await makeAllDue(one.dataSource);
    const second = two.deliver();
    await until(at, 2);
    held[0]?.writeHead(status).end('late');
    await first;
    expect(await statesOf(to)).toMatchObject([{ status: 'pending', attempts: 0, isClaimed: true }]);
    held[1]?.writeHead(200).end('in time');
    await second;
    expect(await statesOf(to)).toMatchObject([{ status: 'sent', attempts: 1, isClaimed: false }]);
    expect(await attemptsOf(one.dataSource, to.subscription)).toMatchObject([
      { status: 200, answer: 'in time' },
    ]);
  });

  it('that was taken over does not undo what was written meanwhile', async () => {
    const { at, held } = await hanging();
    const to = await queued(at);
    const first = one.deliver();
    await until(at, 1);
    await makeAllDue(one.dataSource);
    at.answer(200);
    await two.deliver();
    held[0]?.writeHead(500).end();
    await first;
    expect(await statesOf(to)).toMatchObject([{ status: 'sent', attempts: 1 }]);
  });
});

describe('what is cancelled while it is under way', () => {
  it.each([
    [200, 'sent', 1],
    [500, 'cancelled', 0],
  ])('with the answer %i is %s', async (status, becomes, attempts) => {
    const { at, held } = await hanging();
    const to = await queued(at);
    const delivering = one.deliver();
    await until(at, 1);
    await to.subscriber.ask('DELETE', `/subscriptions/${to.subscription.id}`);
    held[0]?.writeHead(status).end();
    await delivering;
    expect(await statesOf(to)).toMatchObject([{ status: becomes, attempts, waitsMs: null }]);
  });
});

describe('a dispatcher that is stopped', () => {
  it('takes nothing more, and lets what is under way come to its end', async () => {
    const { at, held } = await hanging();
    const to = await queued(at, 10);
    const dispatcher = dispatcherWith({});
    dispatcher.start();
    await until(at, EACH);
    const stopped = dispatcher.stop();
    for (const response of held) response.end();
    await stopped;
    expect(at.received).toHaveLength(EACH);
    expect(await countOf(to, 'sent')).toBe(EACH);
    expect(await countOf(to, 'pending')).toBe(10 - EACH);
    expect((await statesOf(to)).filter(({ isClaimed }) => isClaimed)).toEqual([]);
  });

  it('gives back what hangs, as an attempt that does not count, and another one delivers it at once', async () => {
    const { at } = await hanging();
    const to = await queued(at);
    const dispatcher = dispatcherWith({ drainMs: 50 });
    dispatcher.start();
    await until(at, 1);
    await dispatcher.stop();
    const [state] = await statesOf(to);
    expect(state).toMatchObject({ status: 'pending', attempts: 1, countedAttempts: 0, isClaimed: false });
    expect(state?.waitsMs).toBeLessThanOrEqual(0);
    expect(await attemptsOf(one.dataSource, to.subscription)).toMatchObject([
      { status: null, error: 'aborted' },
    ]);
    at.reset();
    await two.deliver();
    expect(await statesOf(to)).toMatchObject([{ status: 'sent', attempts: 2, countedAttempts: 1 }]);
  });

  it('can be started again', async () => {
    const at = await receiver();
    const dispatcher = dispatcherWith({});
    dispatcher.start();
    await dispatcher.stop();
    const to = await queued(at);
    dispatcher.start();
    await allSent(to);
    await dispatcher.stop();
    expect(at.received).toHaveLength(1);
  });
});

describe('an endpoint that fails', () => {
  it('is held, then gets one to see, and when that one gets through all of them', async () => {
    const at = await receiver();
    const well = await receiver();
    at.answer(500);
    const to = await queued(at, 20);
    const other = await queued(well, 20);
    const dispatcher = dispatcherWith({ endpointConcurrency: 1 });
    while ((await dispatcher.runOnce()) > 0);
    expect(at.received).toHaveLength(5);
    expect(await countOf(other, 'sent')).toBe(20);
    // The others wait; none of their attempts is used up.
    expect((await statesOf(to)).filter(({ attempts }) => attempts === 0)).toHaveLength(15);

    moveClock(13_000);
    while ((await dispatcher.runOnce()) > 0);
    expect(at.received).toHaveLength(6);
    moveClock(5000);
    expect(await dispatcher.runOnce()).toBe(0);

    at.reset();
    moveClock(25_000);
    while ((await dispatcher.runOnce()) > 0);
    expect(await countOf(to, 'sent')).toBe(14);
    expect((await statesOf(to)).filter(({ attempts }) => attempts === 0)).toEqual([]);
  });

  it('is not held for hours by a clock that was set back by hours', async () => {
    const at = await receiver();
    at.answer(500);
    const to = await queued(at, 8);
    const dispatcher = dispatcherWith({ endpointConcurrency: 1 });
    while ((await dispatcher.runOnce()) > 0);
    expect(at.received).toHaveLength(5);

    at.reset();
    setBack(6 * 3_600_000);
    moveClock(13_000);
    while ((await dispatcher.runOnce()) > 0);
    expect(await countOf(to, 'sent')).toBe(3);
  });
});
