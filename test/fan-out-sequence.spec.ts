import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EntityManager } from 'typeorm';
import { Consumers } from '../src/events/consumers';
import { FanOut } from '../src/tuatahi/fan-out.consumer';
import { LiveSubscriptions } from '../src/tuatahi/live-subscriptions';
import { cameTo, marked, marksAt } from './support/came-to';
import { headOf } from './support/events';
import { eventually } from './support/eventually';
import { expire } from './support/expire';
import { Gate } from './support/gate';
import { type Gateway, startGateway } from './support/gateway';
import { read } from './support/http';
import { expectBalancedLedger } from './support/notification-ledger';
import { readMailFolder } from './support/read-mail-folder';
import { publish } from './support/source-events';
import { Subscriber, type Subscription, subscriptionTo } from './support/subscriber';
import { lockHead, untilSomeWait } from './support/table-lock';
import { terminate } from './support/terminate';
import { failCommits, refuseEventAt } from './support/triggers';
import { WebhookReceiver } from './support/webhook-receiver';

/** Three replicas on one database; the database knows them by these names. */
const NAMES = ['replica-1', 'replica-2', 'replica-3'] as const;
let one: Gateway;
let two: Gateway;
let three: Gateway;
let receiver: WebhookReceiver;
let mailFolder: string;

beforeAll(async () => {
  const env = { ENDPOINT_CONCURRENCY: '100' };
  [one, receiver] = await Promise.all([startGateway({ env }), WebhookReceiver.start()]);
  mailFolder = join(one.config.database.dataDir, 'mail');
  const replicaCalled = (name: string): Promise<Gateway> =>
    startGateway({ env, databaseUrl: `${one.databaseUrl}?application_name=${name}` });
  [two, three] = await Promise.all([replicaCalled(NAMES[1]), replicaCalled(NAMES[2])]);
});
beforeEach(() => settle());
afterEach(async () => {
  jest.restoreAllMocks();
  receiver.reset();
  await expectBalancedLedger(one.dataSource);
});
afterAll(async () => {
  await receiver.close();
  await Promise.all([two.close(), three.close()]);
  await one.close();
});

async function settle(replica: Gateway = one): Promise<void> {
  await replica.settle('fan-out');
  await replica.deliver();
}

/** One that gets what happens to a party of its own, at a path of its own. */
async function subscribed(path: string, party = path): Promise<Subscription> {
  return new Subscriber(one, party).subscribe(
    subscriptionTo(`${receiver.url}/${path}`, { eventType: 'ONTActivation' }),
  );
}

describe('the numbers of a subscription', () => {
  it('are the same over all its channels, and count events, not deliveries', async () => {
    const party = randomUUID();
    await new Subscriber(one, party).subscribe({
      ...subscriptionTo('', { eventType: 'ONTActivation' }),
      notificationChannels: {
        webhook: [
          { callbackUri: `${receiver.url}/${party}/a` },
          { callbackUri: `${receiver.url}/${party}/b` },
        ],
        email: [{ email: 'noc@example.co.nz' }, { email: 'desk@example.co.nz' }],
      },
    });
    await publish(one, marked(1, party), marked(2, party));
    await settle();
    await publish(one, marked(3, party));
    await settle();
    expect(marksAt(receiver, `${party}/a`)).toEqual([1, 2, 3]);
    expect(marksAt(receiver, `${party}/b`)).toEqual([1, 2, 3]);
    const told = (await readMailFolder(mailFolder)).map(({ headers: { to, subject } }) => {
      const [, number] = /\(ONTActivation (\d+)\)$/.exec(subject ?? '') ?? [];
      return `${to} ${number}`;
    });
    expect(told.toSorted()).toEqual(
      ['desk@example.co.nz', 'noc@example.co.nz'].flatMap((to) => [`${to} 1`, `${to} 2`, `${to} 3`]),
    );
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(6);
  });

  it('go on where they were after a subscription had expired', async () => {
    const party = randomUUID();
    const { id } = await subscribed(party);
    await publish(one, marked(1, party));
    await settle();
    await expire(one, id);
    await publish(one, marked(2, party));
    await settle();
    await new Subscriber(one, party).ask('PATCH', `/subscriptions/${id}`, { expiresOn: '2999-01-01' });
    await publish(one, marked(3, party));
    await settle();
    expect(marksAt(receiver, party)).toEqual([1, 3]);
  });
});

describe('replicas that fan out in turns', () => {
  /** Publishes so many events at each replica at once, a few at a time; each has every party. */
  async function publishAll(replicas: readonly Gateway[], parties: readonly string[]): Promise<void> {
    await Promise.all(
      replicas.map(async (replica, which) => {
        for (let n = 0; n < 100; n += 4) {
          const events = [n, n + 1, n + 2, n + 3].map((mark) => ({
            ...marked(`${which}-${mark}`, ''),
            partyIds: parties,
          }));
          await publish(replica, ...events);
        }
      }),
    );
  }

  async function cutAgainAndAgain(until: AbortSignal): Promise<void> {
    for (let turn = 0; !until.aborted; turn += 1) {
      await terminate(one.dataSource, `application_name = '${NAMES[1 + (turn % 2)]}'`);
      await sleep(30);
    }
  }

  it.each([2, 3])(
    'of which there are %d give numbers without a gap in the order of the events, though connections are cut',
    async (count) => {
      const replicas = [three, two, one].slice(0, count);
      const parties = Array.from({ length: 5 }, () => randomUUID());
      const subscriptions = await Promise.all(parties.map((party) => subscribed(party)));
      const before = await headOf(one);
      for (const { app } of replicas) app.get(Consumers).start();
      const cutting = new AbortController();
      const cut = cutAgainAndAgain(cutting.signal);
      // Only the first is left in peace, so that all is published.
      await publishAll([one, one], parties);
      cutting.abort();
      await cut;
      await caughtUp();
      for (const { app } of replicas) await app.get(Consumers).stop();

      for (const { id } of subscriptions) {
        const numbered = await one.dataSource.query<{ sequence: string; position: string }[]>(
          'SELECT sequence, position FROM delivery_notification WHERE subscription_id = $1 ORDER BY sequence',
          [id],
        );
        expect(numbered).toEqual(
          Array.from({ length: 200 }, (_, index) => ({
            sequence: String(index + 1),
            position: expect.any(String) as string,
          })),
        );
        const positions = numbered.map(({ position }) => Number(position));
        expect(positions).toEqual(positions.toSorted((a, b) => a - b));
        expect(positions[0]).toBeGreaterThan(before);
      }
      await one.deliver();
      for (const party of parties) expect(cameTo(receiver, party)).toHaveLength(200);
    },
  );

  it('take over at no more cost than what has changed meanwhile', async () => {
    const party = randomUUID();
    const subscriber = new Subscriber(one, party);
    const patch = (id: string): Promise<unknown> =>
      subscriber.ask('PATCH', `/subscriptions/${id}`, { expiresOn: '2999-01-01' });
    const paths = Array.from({ length: 40 }, (_, index) => `${party}/${index}`);
    const all = await Promise.all(paths.map((path) => subscribed(path, party)));
    const [revived, ended, deleted] = all as [Subscription, Subscription, Subscription];
    await settle(two);
    await expire(one, revived.id);
    await patch(revived.id);
    await patch(ended.id);
    await expire(one, ended.id);
    await patch(deleted.id);
    await subscriber.ask('DELETE', `/subscriptions/${deleted.id}`);
    await publish(one, ...Array.from({ length: 1000 }, () => marked('', 'nobody')));
    await settle(one);

    const query = jest.spyOn(EntityManager.prototype, 'query');
    await publish(one, marked('told', party));
    await two.settle('fan-out');
    const looked = await Promise.all(
      query.mock.results.map(async ({ value }, index) => ({
        text: String(query.mock.calls[index]?.[0]),
        rows: (await (value as Promise<unknown[]>)).length,
      })),
    );
    expect(looked.filter(({ text }) => /tuatahi\.subscription/.test(text))).toMatchObject([{ rows: 3 }]);
    expect(looked.filter(({ text }) => /^SELECT.* FROM tuatahi_subscription/.test(text))).toMatchObject([
      { rows: 1 },
    ]);
    await two.deliver();
    const told = paths.filter((path) => cameTo(receiver, path).length > 0);
    expect(told).toEqual(paths.filter((path) => path !== `${party}/1` && path !== `${party}/2`));
  });
});

/** Waits until the loops have fanned out all that is in the log. */
async function caughtUp(): Promise<void> {
  await eventually(
    'all is fanned out',
    () =>
      one.dataSource.query<unknown[]>(
        `SELECT FROM event_cursor c JOIN event_log_head h ON h.position = c.position WHERE consumer = 'fan-out'`,
      ),
    ({ length }) => length === 1,
  );
}

describe('when a transaction fails', () => {
  it('at its commit, what it has learnt and numbered is learnt and numbered anew', async () => {
    const party = randomUUID();
    await subscribed(`${party}/old`, party);
    await publish(one, marked(1, party));
    await subscribed(`${party}/new`, party);
    await publish(one, marked(2, party), marked(3, party));
    await failCommits(one.dataSource, 'fan-out', 4);
    await settle();
    expect(marksAt(receiver, `${party}/old`)).toEqual([1, 2, 3]);
    expect(marksAt(receiver, `${party}/new`)).toEqual([2, 3]);
  });

  it('and another replica goes on, the first one does not trust what it knew', async () => {
    const party = randomUUID();
    await subscribed(party);
    await settle();
    await publish(one, marked(1, party), marked(2, party));
    // Its first attempt fails at the commit; its second while it reads all subscriptions again.
    await failCommits(one.dataSource, 'fan-out', 1);
    const loop = one.app.get(Consumers).loopOf(one.app.get(FanOut));
    expect(await loop.runOnce()).toMatchObject({ kind: 'failed' });
    const { query } = EntityManager.prototype;
    jest.spyOn(EntityManager.prototype, 'query').mockImplementation(function (
      this: EntityManager,
      ...[text, values]: Parameters<EntityManager['query']>
    ) {
      if (text.includes('LEFT JOIN next')) return Promise.reject(new Error('not now'));
      return query.call(this, text, values);
    });
    expect(await loop.runOnce()).toMatchObject({ kind: 'failed' });
    jest.restoreAllMocks();
    await one.dataSource.query('UPDATE event_cursor SET retry_at = NULL');
    await settle(two);
    await publish(one, marked(3, party));
    await settle(one);
    expect(marksAt(receiver, party)).toEqual([1, 2, 3]);
  });
});

describe('an event that can not be fanned out', () => {
  /** The only one that is parked. */
  async function parkedId(): Promise<string> {
    const items = (await read(one, '/domain-events/parked')).body['items'] as { id: string }[];
    expect(items).toMatchObject([{ consumer: 'fan-out' }]);
    return items[0]?.id ?? '';
  }
  const retry = async (id: string): Promise<number> =>
    (await read(one, `/domain-events/parked/${id}/retry`, { method: 'POST' })).status;

  it('takes no number with it when it is parked, and gets the next one when it is handled after all', async () => {
    const party = randomUUID();
    const [, deleted] = [
      await subscribed(`${party}/old`, party),
      await subscribed(`${party}/deleted`, party),
    ];
    await publish(one, marked(1, party), marked('bad', party), marked(3, party));
    const accept = await refuseEventAt(one.dataSource, (await headOf(one)) - 1);
    await settle();
    expect(marksAt(receiver, `${party}/old`)).toEqual([1, 3]);
    await subscribed(`${party}/new`, party);
    await new Subscriber(one, party).ask('DELETE', `/subscriptions/${deleted.id}`);
    await publish(one, marked(4, party));
    await settle();

    const id = await parkedId();
    expect(await retry(id)).toBe(409);
    await accept();
    expect(await retry(id)).toBe(204);
    await publish(one, marked(5, party));
    await settle();
    expect(marksAt(receiver, `${party}/old`)).toEqual([1, 3, 4, 'bad', 5]);
    expect(marksAt(receiver, `${party}/new`)).toEqual([4, 5]);
    expect(marksAt(receiver, `${party}/deleted`)).toEqual([1, 3]);
  });

  it('is handled again after the batch that is under way', async () => {
    const party = randomUUID();
    await subscribed(`${party}/old`, party);
    await publish(one, marked('bad', party));
    const accept = await refuseEventAt(one.dataSource, await headOf(one));
    await settle();
    await accept();
    const id = await parkedId();
    await subscribed(`${party}/new`, party);
    await settle();
    await publish(one, marked(1, party), marked(2, party));

    // The batch has matched its first event.
    const gate = new Gate();
    const live = one.app.get(LiveSubscriptions);
    const follow = live.follow.bind(live);
    jest.spyOn(live, 'follow').mockImplementationOnce(async (tx, event) => {
      await gate.pass();
      return follow(tx, event);
    });
    const fanningOut = one.settle('fan-out');
    await gate.reached;
    const retried = retry(id);
    await untilSomeWait(one.dataSource, 1);
    gate.open();
    await fanningOut;
    expect(await retried).toBe(204);
    await settle();
    expect(marksAt(receiver, `${party}/new`)).toEqual([1, 2]);
    expect(marksAt(receiver, `${party}/old`)).toEqual([1, 2, 'bad']);
  });
});

describe('a subscription that is deleted while it is fanned out to', () => {
  /** Lets the fan-out wait before its commit. */
  function holdFanOut(): Gate {
    const gate = new Gate();
    const fanOut = one.app.get(FanOut);
    const handle = fanOut.handle.bind(fanOut);
    jest.spyOn(fanOut, 'handle').mockImplementationOnce(async (events, tx) => {
      await handle(events, tx);
      await gate.pass();
    });
    return gate;
  }

  it('waits for it, and then nothing of it is delivered', async () => {
    const party = randomUUID();
    const { id } = await subscribed(party);
    await settle();
    await publish(one, marked(1, party));
    const gate = holdFanOut();
    const fanningOut = one.settle('fan-out');
    await gate.reached;
    const deleting = new Subscriber(one, party).ask('DELETE', `/subscriptions/${id}`);
    await untilSomeWait(one.dataSource, 1);
    gate.open();
    await fanningOut;
    expect((await deleting).status).toBe(204);
    await settle();
    expect(marksAt(receiver, party)).toEqual([]);
    expect(await statusesOf(id)).toEqual(['1 cancelled']);
  });

  it('gets no more numbers when it was first', async () => {
    const party = randomUUID();
    const [first, second] = [await subscribed(`${party}/1`, party), await subscribed(`${party}/2`, party)];
    await settle();
    await publish(one, marked(1, party));
    const head = await lockHead(one.databaseUrl);
    const deleting = new Subscriber(one, party).ask('DELETE', `/subscriptions/${first.id}`);
    await untilSomeWait(one.dataSource, 1);
    const fanningOut = one.settle('fan-out');
    await untilSomeWait(one.dataSource, 2);
    await head.release();
    expect((await deleting).status).toBe(204);
    await fanningOut;
    await settle();
    expect(await statusesOf(first.id)).toEqual([]);
    expect(await statusesOf(second.id)).toEqual(['1 sent']);
  });
});

function statusesOf(subscriptionId: string): Promise<string[]> {
  return one.dataSource
    .query<{ sequence: string; status: string }[]>(
      'SELECT sequence, status FROM delivery_notification WHERE subscription_id = $1 ORDER BY sequence',
      [subscriptionId],
    )
    .then((rows) => rows.map(({ sequence, status }) => `${sequence} ${status}`));
}
