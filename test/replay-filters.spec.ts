import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { EventLog } from '../src/events/event-log';
import { type FilterEntry, naiveMatch } from '../src/tuatahi/filter';
import { activation } from './support/activations';
import { failToDeliver } from './support/failed';
import { type Gateway, startGateway } from './support/gateway';
import { ask, send } from './support/http';
import { notification, put } from './support/notification';
import { expectBalancedLedger } from './support/notification-ledger';
import { expectProblem } from './support/problem';
import { notificationsOf } from './support/queue';
import { askForReplay, idsOf, replay } from './support/replays';
import { rowCounts } from './support/rows';
import { Subscriber, type Subscription, subscriptionTo } from './support/subscriber';
import { WebhookReceiver } from './support/webhook-receiver';

let gateway: Gateway;
let receiver: WebhookReceiver;
let made = 0;

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([startGateway(), WebhookReceiver.start()]);
});
afterEach(() => expectBalancedLedger(gateway.dataSource));
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

type Claims = Parameters<Gateway['token']>[0];

/** Somebody with these claims in each of their tokens. */
function caller(claims: Claims): Subscriber {
  const token = (asked: Claims): Promise<string> => gateway.token({ ...asked, ...claims });
  return new Subscriber({ url: gateway.url, token }, claims?.partyId);
}

function subscribe(
  subscriber: Subscriber,
  more: object = { eventType: 'ONTActivation' },
): Promise<Subscription> {
  made += 1;
  return subscriber.subscribe(subscriptionTo(`${receiver.url}/${made}`, more));
}

function fail(...events: readonly object[]): Promise<void> {
  return failToDeliver(gateway, receiver, ...events);
}

async function failuresOf(subscription: Subscription): Promise<string[]> {
  const all = await notificationsOf(gateway.dataSource, subscription);
  return all.filter(({ status }) => status === 'fail').map(({ id }) => id);
}

it('takes those of a status, failures unless told otherwise', async () => {
  const subscriber = new Subscriber(gateway, 'statuses');
  const subscription = await subscribe(subscriber);
  await fail(...Array.from({ length: 5 }, () => activation(['statuses'])));
  const ids = (await notificationsOf(gateway.dataSource, subscription)).map(({ id }) => id);
  for (const [n, status] of ['sent', 'cancelled', 'expired'].entries()) {
    await gateway.dataSource.query('UPDATE delivery_notification SET status = $2 WHERE id = $1', [
      ids[n],
      status,
    ]);
  }
  expect(idsOf(await replay(subscriber))).toEqual(ids.slice(3));
  expect(idsOf(await replay(subscriber, { status: 'fail' }))).toEqual(ids.slice(3));
  expect(idsOf(await replay(subscriber, { status: 'sent' }))).toEqual(ids.slice(0, 1));
  expect(idsOf(await replay(subscriber, { status: 'cancelled' }))).toEqual(ids.slice(1, 2));
  expect(idsOf(await replay(subscriber, { status: 'expired' }))).toEqual(ids.slice(2, 3));
});

it('takes those that were queued from an instant on, and before another one', async () => {
  const subscriber = new Subscriber(gateway, 'times');
  await subscribe(subscriber);
  await fail(...Array.from({ length: 3 }, () => activation(['times'])));
  // To the millisecond, as far apart as one.
  await gateway.dataSource.query(`
    UPDATE delivery_notification n
    SET created_at = date_trunc('milliseconds', first.at) + place * interval '1 millisecond'
    FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, min(created_at) OVER () AS at
          FROM delivery_notification WHERE party_id = 'times') first
    WHERE n.id = first.id`);
  const rows = await gateway.dataSource.query<{ id: string; created_at: Date }[]>(
    `SELECT id, created_at FROM delivery_notification WHERE party_id = 'times' ORDER BY id`,
  );
  const ids = rows.map(({ id }) => id);
  const at = (place: number, offsetMs = 0): string =>
    new Date((rows[place]?.created_at.getTime() ?? 0) + offsetMs).toISOString();
  const found = async (event: object): Promise<string[]> => idsOf(await replay(subscriber, { event }));

  expect(await found({ createdFrom: at(1) })).toEqual(ids.slice(1));
  expect(await found({ createdFrom: at(1, 1) })).toEqual(ids.slice(2));
  expect(await found({ createdFrom: at(0), createdTo: at(2) })).toEqual(ids.slice(0, 2));
  expect(await found({ createdFrom: at(0), createdTo: at(2, 1) })).toEqual(ids);
  expect(await found({ createdFrom: at(2), createdTo: at(2) })).toEqual([]);
  expect(await found({ createdFrom: at(2, 1) })).toEqual([]);
  expect(await found({ createdTo: at(0) })).toEqual([]);
  expect(await found({ createdFrom: new Date(0).toISOString() })).toEqual(ids);
  // In whatever zone it is written.
  const inAuckland = at(1).replace('Z', '+00:00');
  expect(await found({ createdFrom: inAuckland })).toEqual(ids.slice(1));
});

it('takes those of a type of event, as it is delivered', async () => {
  const subscriber = new Subscriber(gateway, 'types');
  const [named, all] = [await subscribe(subscriber), await subscribe(subscriber, { eventType: 'tuatahi.*' })];
  await fail(activation(['types']));
  const found = async (eventType: string): Promise<string[]> =>
    idsOf(await replay(subscriber, { event: { eventType } }));
  expect(await found('ONTActivation')).toEqual(await failuresOf(named));
  const [ofAll] = await gateway.dataSource.query<[{ id: string }]>(
    `SELECT id FROM delivery_notification WHERE subscription_id = $1 AND event_type = 'tuatahi.ont.activation'`,
    [all.id],
  );
  expect(await found('tuatahi.ont.activation')).toEqual([ofAll.id]);
  expect(await found('tuatahi.*')).toEqual([ofAll.id]);
  expect(await found('tuatahi.ont.*')).toEqual([ofAll.id]);
  expect(await found('spg.*')).toEqual([]);
  expect(await found('SPWorkOrderNotification')).toEqual([]);
});

it.each(['ONTActivaton', 'ont.*', '*', 'tuatahi.on%'])(
  'refuses %j, which no type of event is called',
  async (eventType) => {
    const subscriber = new Subscriber(gateway, 'misspelt');
    await subscribe(subscriber);
    const before = await rowCounts(gateway.dataSource);
    const refused = await askForReplay(subscriber, { dryRun: false, event: { eventType } });
    expectProblem(refused, '400 invalid-input', '/event/eventType eventType');
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  },
);

describe('takes those of which the event has attributes', () => {
  const values = ['Success', 'Failed', '', '7', 'true', 'ORD1', '{"a":1}'];

  /** Entries as a filter has them, over few names and texts, so that many of them match something. */
  const entries = (names: readonly string[]): fc.Arbitrary<FilterEntry> => {
    const texts = fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...values), { maxKeys: 2 });
    return fc
      .tuple(texts, fc.option(texts, { nil: undefined }))
      .map(([all, not]) => ({ ...all, ...(not && { __not__: not }) }));
  };

  async function expectAsNaive(
    subscriber: Subscriber,
    messages: readonly { readonly id: string; readonly message: object }[],
    entry: FilterEntry,
  ): Promise<void> {
    const found = idsOf(await replay(subscriber, { event: { attributes: entry } }));
    const wanted = messages.filter(({ message }) =>
      naiveMatch({ target: 'my', attributes: [entry] }, message as Record<string, unknown>),
    );
    expect(found).toEqual(wanted.map(({ id }) => id));
  }

  it('of a published one in its message, by the rules of filters', async () => {
    const subscriber = new Subscriber(gateway, 'attributes');
    const subscription = await subscribe(subscriber);
    const messages = [
      {},
      { status: 'Success' },
      { status: 'Success', error: true },
      { status: 'Failed', error: true, orderID: 'ORD1' },
      { status: '', error: false },
      { status: null, orderID: '7' },
      { extra: 7, status: 'true' },
      { extra: 'true', orderID: 'Success' },
    ];
    await fail(...messages.map((message) => activation(['attributes'], { message })));
    const ids = await failuresOf(subscription);
    const all = messages.map((message, n) => ({ id: ids[n] ?? '', message }));
    await fc.assert(
      fc.asyncProperty(entries(['status', 'error', 'orderID', 'extra', 'none']), (entry) =>
        expectAsNaive(subscriber, all, entry),
      ),
      { numRuns: 40 },
    );
  });

  it('of one of our own at the top of its data, and of a partner also beside members that are no attributes', async () => {
    const subscriber = new Subscriber(gateway, 'owner');
    await subscribe(subscriber, { eventType: 'tuatahi.channel.failing' });
    await subscribe(subscriber, { eventType: 'SPWorkOrderNotification' });
    receiver.answer(404);
    const data = {
      subscriptionId: randomUUID(),
      channelId: randomUUID(),
      partyId: 'owner',
      kind: 'webhook' as const,
      target: 'Success',
      failingSince: '',
      disabledAt: '',
    };
    await gateway.dataSource.transaction((tx) =>
      gateway.app.get(EventLog).append(
        tx,
        [7, 50].map((percent) => ({
          type: 'tuatahi.channel.failing' as const,
          source: '/test',
          subject: data.channelId,
          partyIds: ['owner'],
          correlationId: null,
          data: { ...data, percent },
        })),
      ),
    );
    await send(gateway, put(notification('CreateWorkOrderNotify'), '/message/extra', { a: 1 }));
    await gateway.settle('fan-out');
    await gateway.deliver();
    receiver.reset();
    const rows = await gateway.dataSource.query<{ id: string; type: string; data: Record<string, object> }[]>(
      `SELECT n.id, e.type, e.data FROM delivery_notification n JOIN domain_event e USING (position)
       WHERE n.party_id = 'owner' AND n.sequence IS NOT NULL ORDER BY n.id`,
    );
    expect(rows).toHaveLength(3);
    const all = rows.map((row) => ({
      id: row.id,
      message: row.type.startsWith('spg.') ? (row.data['message'] ?? {}) : row.data,
    }));
    await fc.assert(
      fc.asyncProperty(entries(['percent', 'target', 'disabledAt', 'extra', 'message']), (entry) =>
        expectAsNaive(subscriber, all, entry),
      ),
      { numRuns: 40 },
    );
  });

  it('the oldest of them, as far as the limit', async () => {
    const subscriber = new Subscriber(gateway, 'limits');
    const subscription = await subscribe(subscriber);
    const orders = ['A', 'B', 'A', 'A', 'B'];
    await fail(...orders.map((orderID) => activation(['limits'], { message: { orderID } })));
    const ids = await failuresOf(subscription);
    const found = await replay(subscriber, { limit: 2, event: { attributes: { orderID: 'A' } } });
    expect(idsOf(found)).toEqual([ids[0], ids[2]]);
    const real = await replay(subscriber, {
      limit: 2,
      dryRun: false,
      event: { attributes: { orderID: 'A' } },
    });
    expect(idsOf(real)).toEqual(idsOf(found));
  });

  it('a few at a time, and none when there is too much to look at', async () => {
    const subscriber = new Subscriber(gateway, 'many');
    const subscription = await subscribe(subscriber);
    await fail(...Array.from({ length: 300 }, () => activation(['many'], { message: { orderID: 'A' } })));
    const read = jest.spyOn(gateway.app.get(EventLog), 'readThese');
    expect(
      idsOf(await replay(subscriber, { limit: 1000, event: { attributes: { orderID: 'A' } } })),
    ).toHaveLength(300);
    expect(Math.max(...read.mock.calls.map(([, positions]) => positions.length))).toBeLessThanOrEqual(200);
    read.mockRestore();

    const copies = 50_000;
    await gateway.dataSource.query(
      `INSERT INTO delivery_notification (subscription_id, channel_id, party_id, position, event_type, endpoint,
         target, status, finished_at, sequence)
       SELECT subscription_id, channel_id, party_id, position, event_type, endpoint, target, status, finished_at,
         300 + n
       FROM delivery_notification, generate_series(1, $2::int) n WHERE subscription_id = $1 AND sequence = 300`,
      [subscription.id, copies],
    );
    await gateway.dataSource.query('UPDATE tuatahi_subscription SET sequence = $2 WHERE id = $1', [
      subscription.id,
      300 + copies,
    ]);
    const event = { attributes: { orderID: 'B' } };
    const refused = await askForReplay(subscriber, { dryRun: false, event });
    expectProblem(refused, '400 invalid-input', '/event/attributes limit');
    const later = { ...event, createdFrom: new Date(Date.now() + 60_000).toISOString() };
    expect(idsOf(await replay(subscriber, { event: later }))).toEqual([]);
  });
});

describe('of clients and organisations', () => {
  const claims = { partyId: 'clients', clientId: 'client-1', organisation: 'Org One' };
  let mine: Subscriber;
  let theirs: Subscriber;
  let admin: Subscriber;
  let stranger: Subscriber;
  const others = { clientId: 'client-2', organisation: 'Org Two' };
  let ofMine: string[];
  let ofTheirs: string[];

  beforeAll(async () => {
    mine = caller(claims);
    theirs = caller({ ...claims, ...others });
    admin = caller({ ...claims, scope: 'notifications:admin' });
    stranger = caller({ ...claims, partyId: 'strangers', scope: 'notifications:admin' });
    const subscriptions = [await subscribe(mine), await subscribe(theirs)] as const;
    await fail(activation(['clients']), activation(['clients']));
    [ofMine, ofTheirs] = [await failuresOf(subscriptions[0]), await failuresOf(subscriptions[1])];
  });

  it('it takes those of the token, whether it names them or not', async () => {
    expect([ofMine.length, ofTheirs.length]).toEqual([2, 2]);
    expect(idsOf(await replay(mine))).toEqual(ofMine);
    expect(idsOf(await replay(mine, { clientId: 'client-1', organisation: 'Org One' }))).toEqual(ofMine);
    expect(idsOf(await replay(theirs))).toEqual(ofTheirs);
  });

  it.each([{ clientId: 'client-2' }, { organisation: 'Org Two' }, others, { clientId: 'nobody' }])(
    'it refuses %j to those who are no admin, and writes nothing',
    async (named) => {
      const before = await rowCounts(gateway.dataSource);
      for (const dryRun of [true, false]) {
        expectProblem(await askForReplay(mine, { ...named, dryRun }), '403 forbidden');
      }
      expect(await rowCounts(gateway.dataSource)).toEqual(before);
    },
  );

  it('it takes what an admin names, both together', async () => {
    expect(idsOf(await replay(admin, others))).toEqual(ofTheirs);
    expect(idsOf(await replay(admin))).toEqual(ofMine);
    expect(idsOf(await replay(admin, { clientId: 'client-2' }))).toEqual([]);
    expect(idsOf(await replay(admin, { organisation: 'Org Two' }))).toEqual([]);
  });

  it('it takes nothing of another party, not for an admin either', async () => {
    await subscribe(stranger);
    for (const named of [{}, others, { id: ofMine[0] }, { id: ofTheirs[0], ...others }]) {
      expect((await replay(stranger, { ...named, dryRun: false })).results.notifications).toEqual([]);
    }
    const token = await gateway.token({ partyId: 'strangers', scope: 'notifications:admin' });
    const answer = await ask(`${gateway.url}/tuatahi/notifications/${ofMine[0]}/replay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expectProblem(answer, '404 unknown-notification');
  });
});
