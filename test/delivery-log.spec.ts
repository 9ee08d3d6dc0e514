import { randomUUID } from 'node:crypto';
import { activation } from './support/activations';
import { failToDeliver } from './support/failed';
import { type Gateway, startGateway } from './support/gateway';
import { ask, type Answer, send } from './support/http';
import { notification } from './support/notification';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { expectProblem } from './support/problem';
import { ReplayClock } from './support/replays';
import { publish } from './support/source-events';
import { onlyWebhook, Subscriber } from './support/subscriber';
import { WebhookReceiver } from './support/webhook-receiver';

const UUID = expect.stringMatching(/^[\da-f-]{36}$/) as string;
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

interface Item {
  readonly id: string;
  readonly eventId: string;
  readonly createdAt: string;
}

let gateway: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([
    startGateway({ env: { RETRY_SCHEDULE: '10m' } }),
    WebhookReceiver.start(),
  ]);
});
beforeEach(() => receiver.reset());
afterEach(() => expectBalancedLedger(gateway.dataSource));
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

function party(webhook: object = {}): Promise<Party> {
  return newParty(gateway, { callbackUri: `${receiver.url}/hook`, ...webhook });
}

/** … to which so many events were delivered. */
async function partyWith(count: number): Promise<Party> {
  const one = await party();
  await deliver(...Array.from({ length: count }, () => activation([one.id])));
  return one;
}

async function deliver(...events: readonly object[]): Promise<void> {
  await publish(gateway, ...events);
  await gateway.settle('fan-out');
  await gateway.deliver();
}

function log({ subscriber }: { subscriber: Subscriber }, query: object = {}): Promise<Answer> {
  return subscriber.ask(
    'GET',
    `/notifications?${new URLSearchParams(query as Record<string, string>).toString()}`,
  );
}

async function itemsOf(who: { subscriber: Subscriber }, query: object = {}): Promise<Item[]> {
  const { status, body } = await log(who, query);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body['items'] as Item[];
}

/** Their numbers, as they are listed. */
async function numbers(who: { subscriber: Subscriber }, query: object = {}): Promise<number[]> {
  return (await itemsOf(who, query)).map(({ eventId }) => Number(eventId));
}

describe('the delivery log', () => {
  it('shows what was delivered by webhook and by mail', async () => {
    const id = randomUUID();
    const subscriber = new Subscriber(gateway, id);
    const subscription = await subscriber.subscribe({
      eventType: 'ONTActivation',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: {
        webhook: [{ callbackUri: `${receiver.url}/hook` }],
        email: [{ email: 'noc@example.co.nz' }],
      },
    });
    await deliver(activation([id]));
    const { body } = await log({ subscriber });
    const both = {
      id: UUID,
      subscriptionId: subscription.id,
      eventType: 'ONTActivation',
      eventId: '1',
      status: 'sent',
      attempts: 1,
      createdAt: INSTANT,
      finishedAt: INSTANT,
      transactionId: UUID,
    };
    expect(Object.keys(body)).toEqual(['items']);
    expect(body['items']).toHaveLength(2);
    expect(body['items']).toEqual(
      expect.arrayContaining([
        {
          ...both,
          channelId: onlyWebhook(subscription).id,
          channel: 'webhook',
          target: `${receiver.url}/hook`,
        },
        {
          ...both,
          channelId: subscription.notificationChannels.email[0]?.id,
          channel: 'email',
          target: 'noc@example.co.nz',
        },
      ]),
    );
  });

  it('shows when something pending is tried next, and by which replay something was delivered', async () => {
    const retrying = await party({ errorStrategy: 'retry' });
    receiver.answer(503);
    await deliver(activation([retrying.id]));
    const [pending] = await itemsOf(retrying);
    expect(pending).toMatchObject({ status: 'pending', attempts: 1, nextAttemptAt: INSTANT });
    expect(pending).not.toHaveProperty('finishedAt');
    expect(pending).not.toHaveProperty('replayId');

    receiver.reset();
    const sent = await partyWith(1);
    const [{ id } = { id: '' }] = await itemsOf(sent);
    const { body } = await sent.subscriber.ask('POST', `/notifications/${id}/replay`);
    await new ReplayClock(gateway).finish();
    expect(await itemsOf(sent)).toMatchObject([{ replayId: body['replayId'] }]);
  });

  it('is empty for a party that has none, and shows nothing of others', async () => {
    await partyWith(2);
    const other = await party();
    expect((await log(other)).body).toEqual({ items: [] });
  });

  it('does not show what is outside the sequence', async () => {
    const one = await partyWith(1);
    await gateway.dataSource.query(
      `INSERT INTO delivery_notification (subscription_id, channel_id, party_id, position, event_type, endpoint,
         target, status, finished_at)
       SELECT subscription_id, channel_id, party_id, 0, 'karere.checkpoint', endpoint, target, 'sent', now()
       FROM delivery_notification WHERE party_id = $1`,
      [one.id],
    );
    expect(await numbers(one)).toEqual([1]);
  });
});

describe('it is filtered', () => {
  it('by status', async () => {
    const one = await party();
    await failToDeliver(gateway, receiver, activation([one.id]));
    await deliver(activation([one.id]));
    await publish(gateway, activation([one.id]));
    await gateway.settle('fan-out');
    expect(await numbers(one)).toEqual([3, 2, 1]);
    expect(await numbers(one, { status: 'fail' })).toEqual([1]);
    expect(await numbers(one, { status: 'sent' })).toEqual([2]);
    expect(await numbers(one, { status: 'pending' })).toEqual([3]);
    expect(await numbers(one, { status: 'cancelled' })).toEqual([]);
    expect(await numbers(one, { status: 'expired' })).toEqual([]);
    await gateway.deliver();
  });

  it('by subscription, channel, and type of event', async () => {
    const one = await party();
    const all = await one.subscriber.subscribe({
      eventType: 'tuatahi.ont.*',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: { webhook: [{ callbackUri: `${receiver.url}/all` }] },
    });
    await deliver(activation([one.id]));
    const typesOf = async (query: object): Promise<unknown[]> =>
      (await itemsOf(one, query)).map((item) => (item as Item & { eventType: string }).eventType);
    const [channel, other] = [one.channel.id, onlyWebhook(all).id];
    expect(await typesOf({ subscriptionId: one.subscription.id })).toEqual(['ONTActivation']);
    expect(await typesOf({ subscriptionId: all.id })).toEqual(['tuatahi.ont.activation']);
    expect(await typesOf({ channelId: channel })).toEqual(['ONTActivation']);
    expect(await typesOf({ channelId: other })).toEqual(['tuatahi.ont.activation']);
    expect(await typesOf({ channelId: other, subscriptionId: one.subscription.id })).toEqual([]);
    expect(await typesOf({ eventType: 'ONTActivation' })).toEqual(['ONTActivation']);
    expect(await typesOf({ eventType: 'tuatahi.ont.activation' })).toEqual(['tuatahi.ont.activation']);
    expect(await typesOf({ eventType: 'tuatahi.ont.*' })).toEqual(['tuatahi.ont.activation']);
    expect(await typesOf({ eventType: 'tuatahi.*' })).toEqual(['tuatahi.ont.activation']);
    expect(await typesOf({ eventType: 'tuatahi.*', channelId: channel })).toEqual([]);
    expect(await typesOf({ eventType: 'spg.*' })).toEqual([]);
    expect(await typesOf({ eventType: 'SPWorkOrderNotification' })).toEqual([]);
    expect(await typesOf({ channelId: randomUUID() })).toEqual([]);
    expect(await typesOf({ subscriptionId: randomUUID() })).toEqual([]);
    // Also when it was deleted meanwhile.
    await one.subscriber.ask('DELETE', `/subscriptions/${all.id}`);
    expect(await typesOf({ eventType: 'tuatahi.ont.activation' })).toEqual(['tuatahi.ont.activation']);
  });

  it('by nothing of another party: its subscriptions and channels have none', async () => {
    const [one, other] = [await partyWith(1), await partyWith(1)];
    expect(await numbers(one, { subscriptionId: other.subscription.id })).toEqual([]);
    expect(await numbers(one, { channelId: other.channel.id })).toEqual([]);
  });

  it('by time: from an instant on, and before another one', async () => {
    const one = await partyWith(3);
    await gateway.dataSource.query(
      `UPDATE delivery_notification SET created_at = date_trunc('milliseconds', now()) + sequence * interval '1 ms'
       WHERE party_id = $1`,
      [one.id],
    );
    const created = (await itemsOf(one)).map(({ createdAt }) => createdAt).toReversed();
    const [first = '', second = '', third = ''] = created;
    expect(await numbers(one, { createdFrom: second })).toEqual([3, 2]);
    expect(await numbers(one, { createdTo: second })).toEqual([1]);
    expect(await numbers(one, { createdFrom: first, createdTo: third })).toEqual([2, 1]);
    expect(await numbers(one, { createdFrom: third, createdTo: third })).toEqual([]);
    for (const beginning of ['1970-01-01T00:00:00.000Z', '1960-01-01T00:00:00Z', '1000-01-01T00:00:00Z']) {
      expect(await numbers(one, { createdFrom: beginning })).toEqual([3, 2, 1]);
    }
    expect(await numbers(one, { createdTo: '1970-01-01T00:00:00.000Z' })).toEqual([]);
  });

  it('by the transaction that has caused it', async () => {
    const one = new Subscriber(gateway, 'owner');
    await one.subscribe({
      eventType: 'SPWorkOrderNotification',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: { webhook: [{ callbackUri: `${receiver.url}/owner` }] },
    });
    await send(gateway, notification('CreateWorkOrderNotify'), { 'x-transaction-id': 'tx-of-a-partner' });
    await send(gateway, notification('AddTaskNotify'));
    await gateway.settle('fan-out');
    await gateway.deliver();
    const found = await itemsOf({ subscriber: one }, { transactionId: 'tx-of-a-partner' });
    expect(found).toMatchObject([{ eventId: '1', transactionId: 'tx-of-a-partner' }]);
    expect(await itemsOf({ subscriber: one }, { transactionId: 'tx-of-a' })).toEqual([]);
  });

  it('by an attribute of the event, also together with others', async () => {
    const one = await party();
    const orders = ['A:1', 'B', 'A:1', ''];
    await deliver(...orders.map((orderID) => activation([one.id], { message: { orderID, error: true } })));
    expect(await numbers(one, { attribute: 'orderID:A:1' })).toEqual([3, 1]);
    expect(await numbers(one, { attribute: 'orderID:' })).toEqual([4]);
    expect(await numbers(one, { attribute: 'error:true' })).toEqual([4, 3, 2, 1]);
    expect(await numbers(one, { attribute: 'status:Success' })).toEqual([]);
    expect(await numbers(one, { attribute: 'error:true', status: 'fail' })).toEqual([]);
    const { body } = await log(one, { attribute: 'error:true', limit: 3 });
    expect(body['items']).toHaveLength(3);
    expect(await numbers(one, { attribute: 'error:true', cursor: body['nextCursor'] })).toEqual([1]);
  });

  it.each<[string, object, string]>([
    ['a status that is none', { status: 'failed' }, '?status choice'],
    ['a subscription that is no UUID', { subscriptionId: '1' }, '?subscriptionId uuid'],
    ['a channel that is no UUID', { channelId: '1' }, '?channelId uuid'],
    ['an instant that is none', { createdFrom: 'yesterday' }, '?createdFrom dateTime'],
    ['a day that is none', { createdTo: '2026-02-30T00:00:00Z' }, '?createdTo dateTime'],
    ['an attribute without a text', { attribute: 'orderID' }, '?attribute text'],
    ['an explanation of what is no event', { explain: 'x' }, '?explain text'],
    ['an explanation for no subscription', { explain: '1' }, '?subscriptionId required'],
    ['an explanation of what is nearly a UUID', { explain: 'a'.repeat(36) }, '?explain text'],
    ['a transaction that none can be', { transactionId: '\0' }, '?transactionId text'],
    ['a type that there is not', { eventType: 'ONTActivaton' }, '?eventType eventType'],
    ['a prefix that no type has', { eventType: 'ont.*' }, '?eventType eventType'],
    ['a limit of 0', { limit: 0 }, '?limit integer'],
    ['a cursor that is none', { cursor: 'x' }, '?cursor cursor'],
  ])('but not by %s', async (_what, query, place) => {
    expectProblem(await log(await party(), query), '400 invalid-input', place);
  });
});

describe('in pages', () => {
  it('it shows each once, the newest first, while new ones come and old ones change', async () => {
    const one = await partyWith(7);
    const seen: number[] = [];
    let query: object = { limit: 2 };
    for (let page = 0; page < 10; page += 1) {
      const { body } = await log(one, query);
      seen.push(...(body['items'] as Item[]).map(({ eventId }) => Number(eventId)));
      if (body['nextCursor'] === undefined) break;
      query = { limit: 2, cursor: body['nextCursor'] };
      await deliver(activation([one.id]));
      // Back into the queue, and hence to another partition.
      await gateway.dataSource.query(
        `UPDATE delivery_notification SET status = 'pending', next_attempt_at = clock_timestamp(), finished_at = NULL
         WHERE party_id = $1 AND sequence IN (3, 5)`,
        [one.id],
      );
    }
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
    await gateway.deliver();
  });

  it('it goes as far back as there is anything, day after day', async () => {
    const one = await partyWith(1);
    const days = [0.5, 1.5, 3, 5, 40, 70, 140, 400];
    await gateway.dataSource.query(
      `INSERT INTO delivery_notification (id, subscription_id, channel_id, party_id, position, event_type, endpoint,
         target, status, finished_at, created_at, sequence)
       SELECT (left(karere_first_uuid(at)::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid,
         subscription_id, channel_id, party_id, position, event_type, endpoint, target, status, at, at, 1 + place
       FROM delivery_notification
       CROSS JOIN LATERAL (
         SELECT place, now() - day * interval '1 day' AS at FROM unnest($2::float8[]) WITH ORDINALITY AS d (day, place)
       ) d WHERE party_id = $1`,
      [one.id, days],
    );
    await gateway.dataSource.query('UPDATE tuatahi_subscription SET sequence = $2 WHERE id = $1', [
      one.subscription.id,
      1 + days.length,
    ]);
    const all = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(await numbers(one)).toEqual(all);
    const seen: number[] = [];
    for (let query: object | undefined = { limit: 1 }; query;) {
      const { body } = await log(one, query);
      seen.push(...(body['items'] as Item[]).map(({ eventId }) => Number(eventId)));
      query = body['nextCursor'] === undefined ? undefined : { limit: 1, cursor: body['nextCursor'] };
    }
    expect(seen).toEqual(all);
    const ago = (day: number): string => new Date(Date.now() - day * 86_400_000).toISOString();
    expect(await numbers(one, { createdFrom: ago(50), createdTo: ago(2) })).toEqual([4, 5, 6]);
    expect(await numbers(one, { createdTo: ago(100), limit: 1 })).toEqual([8]);
  });

  it('it looks at so many events at a time and no more', async () => {
    const one = await party();
    await deliver(activation([one.id], { message: { orderID: 'A' } }), activation([one.id]));
    await gateway.dataSource.query(
      `INSERT INTO delivery_notification (subscription_id, channel_id, party_id, position, event_type, endpoint,
         target, status, finished_at, sequence)
       SELECT subscription_id, channel_id, party_id, position, event_type, endpoint, target, status, finished_at, n
       FROM delivery_notification, generate_series(3, 20500) n WHERE party_id = $1 AND sequence = 2`,
      [one.id],
    );
    await gateway.dataSource.query('UPDATE tuatahi_subscription SET sequence = 20500 WHERE id = $1', [
      one.subscription.id,
    ]);
    const first = await log(one, { attribute: 'orderID:A' });
    expect(first.body).toEqual({ items: [], nextCursor: expect.any(String) as string });
    const second = await log(one, { attribute: 'orderID:A', cursor: first.body['nextCursor'] });
    expect(second.body).toMatchObject({ items: [{ eventId: '1' }] });
    expect(second.body).not.toHaveProperty('nextCursor');
  });
});

describe('one notification', () => {
  it('is shown with all attempts at it', async () => {
    const one = await party({ errorStrategy: 'retry' });
    receiver.reply = (_request, response) => {
      response.writeHead(503).end('Ā'.repeat(2000));
    };
    await deliver(activation([one.id]));
    await gateway.dataSource.query(
      `UPDATE delivery_notification SET next_attempt_at = clock_timestamp() WHERE party_id = $1`,
      [one.id],
    );
    receiver.reply = (_request, response) => response.socket?.destroy();
    await gateway.deliver();
    const [item = { id: '' }] = await itemsOf(one);
    const { status, body } = await one.subscriber.ask('GET', `/notifications/${item.id}`);
    expect([status, body]).toEqual([
      200,
      {
        ...item,
        attemptLog: [
          {
            at: INSTANT,
            durationMs: expect.any(Number) as number,
            status: 503,
            answer: expect.any(String) as string,
          },
          { at: INSTANT, durationMs: expect.any(Number) as number, error: 'connection-reset' },
        ],
      },
    ]);
    expect(item).toMatchObject({ status: 'fail', attempts: 2 });
    const [first] = body['attemptLog'] as [{ answer: string }];
    expect(Buffer.byteLength(first.answer)).toBeGreaterThan(1000);
    expect(Buffer.byteLength(first.answer)).toBeLessThanOrEqual(1024);
  });

  it('has no attempts before the first', async () => {
    const one = await party();
    await publish(gateway, activation([one.id]));
    await gateway.settle('fan-out');
    const [item = { id: '' }] = await itemsOf(one);
    expect((await one.subscriber.ask('GET', `/notifications/${item.id}`)).body).toEqual({
      ...item,
      attemptLog: [],
    });
    await gateway.deliver();
  });

  it('that is another party’s, or none, is not found', async () => {
    const [one, other] = [await partyWith(1), await party()];
    const [item = { id: '' }] = await itemsOf(one);
    for (const id of [item.id, randomUUID()]) {
      expectProblem(await other.subscriber.ask('GET', `/notifications/${id}`), '404 unknown-notification');
    }
    const token = await gateway.token({ partyId: one.id });
    const answer = await ask(`${gateway.url}/tuatahi/notifications/x`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(400);
  });
});
