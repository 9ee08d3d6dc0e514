import { randomUUID } from 'node:crypto';
import { activation } from './support/activations';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { type PartyWithFailures, partyWithFailures } from './support/failed';
import type { Party } from './support/party';
import { expectProblem } from './support/problem';
import { askForReplay, idsOf, progressOf, replay, ReplayClock } from './support/replays';
import { rowCounts } from './support/rows';
import { publish } from './support/source-events';
import { onlyWebhook, Subscriber } from './support/subscriber';
import { type Received, verifySignature, WebhookReceiver } from './support/webhook-receiver';

const MAX_LIMIT = 50;
const UUID = expect.stringMatching(/^[\da-f-]{36}$/) as string;

let gateway: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([
    startGateway({ env: { REPLAY_MAX_LIMIT: String(MAX_LIMIT) } }),
    WebhookReceiver.start(),
  ]);
});
beforeEach(() => receiver.reset());
afterEach(() => expectBalancedLedger(gateway.dataSource));
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

function failures(count: number): Promise<PartyWithFailures> {
  return partyWithFailures(gateway, receiver, count);
}

/** All that is stored. The same before and after: nothing was changed. */
async function stored(): Promise<unknown> {
  const { dataSource } = gateway;
  const tables = ['delivery_notification', 'delivery_replay', 'delivery_replay_item', 'delivery_channel'];
  const rows = await Promise.all(
    tables.map((table) => dataSource.query(`SELECT * FROM ${table} t ORDER BY t::text`)),
  );
  return [await rowCounts(dataSource), rows];
}

describe('a dry run', () => {
  it('answers as the document says, with what was absent filled in', async () => {
    const { subscriber, ids } = await failures(2);
    const answer = await askForReplay(subscriber, { status: 'fail', limit: 10, dryRun: true });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        id: UUID,
        request: {
          status: 'fail',
          limit: 10,
          clientId: 'client-1',
          organisation: 'Org One',
          dryRun: true,
        },
        results: { sent: 2, errored: 0, notifications: ids.map((id) => ({ id, status: 'DryRun' })) },
      },
    ]);
  });

  it('echoes all that it was asked for', async () => {
    const { subscriber, ids } = await failures(1);
    const event = {
      createdFrom: '2024-04-16T00:00:00.000Z',
      createdTo: '2999-01-01T00:00:00.000Z',
      eventType: 'ONTActivation',
      attributes: { status: 'Success', __not__: { orderID: 'ORD1' } },
    };
    const request = { id: ids[0], status: 'fail', event, limit: 1, dryRun: true };
    const own = { clientId: 'client-1', organisation: 'Org One' };
    expect((await replay(subscriber, { ...request, ...own })).request).toEqual({ ...request, ...own });
  });

  it('changes nothing, and nothing can be asked about it afterwards', async () => {
    const { subscriber } = await failures(3);
    const before = await stored();
    const { id } = await replay(subscriber);
    await new ReplayClock(gateway).step();
    await gateway.deliver();
    expect(await stored()).toEqual(before);
    expect(receiver.received).toEqual([]);
    expectProblem(await subscriber.ask('GET', `/replays/${id}`), '404 unknown-replay');
  });

  it('finds what the same request takes when it is meant', async () => {
    const { subscriber } = await failures(5);
    const dry = await replay(subscriber, { limit: 3 });
    const real = await replay(subscriber, { limit: 3, dryRun: false });
    expect(idsOf(real)).toEqual(idsOf(dry));
    expect(real.results).toMatchObject({ sent: 3, errored: 0 });
    // What is taken is not found any more, until it is done.
    expect((await replay(subscriber)).results.sent).toBe(2);
    await new ReplayClock(gateway).finish();
  });
});

describe('a replay', () => {
  it('answers as the document says', async () => {
    const { subscriber, ids } = await failures(2);
    const answer = await askForReplay(subscriber, { dryRun: false });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        id: UUID,
        request: {
          status: 'fail',
          limit: MAX_LIMIT,
          clientId: 'client-1',
          organisation: 'Org One',
          dryRun: false,
        },
        results: { sent: 2, errored: 0, notifications: ids.map((id) => ({ id, status: 'Queued' })) },
      },
    ]);
    await new ReplayClock(gateway).finish();
  });

  it('delivers with the number, the id and to the byte the body as the first time, and says that it is one', async () => {
    const { id: party, subscriber, subscription } = await failures(0);
    const first: Received[] = [];
    receiver.reply = (request, response) => {
      first.push(request);
      response.writeHead(404).end();
    };
    await publish(gateway, activation([party], { payload: { 'čárka ,': [1, 2.5, null], b: 'x', a: 'Ā' } }));
    await publish(gateway, activation([party]));
    await gateway.settle('fan-out');
    await gateway.deliver();
    receiver.reset();

    const { id } = await replay(subscriber, { dryRun: false });
    await new ReplayClock(gateway).finish();
    expect(receiver.received).toHaveLength(2);
    for (const request of receiver.received) {
      const before = first.find(({ body }) => body.eventId === request.body.eventId);
      expect(request.text).toBe(before?.text);
      expect(request.path).toBe(before?.path);
      const { 'webhook-id': webhookId, 'x-transaction-id': transactionId } = before?.headers ?? {};
      expect(request.headers).toMatchObject({
        'webhook-id': webhookId,
        'x-transaction-id': transactionId,
        'x-karere-replay-id': id,
      });
      verifySignature(request, onlyWebhook(subscription).secret ?? '');
    }
    expect(first.map(({ headers }) => headers['x-karere-replay-id'])).toEqual([undefined, undefined]);
  });

  it('takes the oldest first, no more than its limit', async () => {
    const { subscriber, ids } = await failures(4);
    expect(idsOf(await replay(subscriber, { limit: 1, dryRun: false }))).toEqual(ids.slice(0, 1));
    expect(idsOf(await replay(subscriber, { limit: 2, dryRun: false }))).toEqual(ids.slice(1, 3));
    await new ReplayClock(gateway).finish();
    expect(receiver.received.map(({ body }) => body.eventId).toSorted()).toEqual(['1', '2', '3']);
  });

  it('takes no more than the system allows, and says so', async () => {
    const { subscriber, ids } = await failures(MAX_LIMIT + 1);
    for (const limit of [MAX_LIMIT + 1, 1_000_000, Number.MAX_SAFE_INTEGER]) {
      const { request, results } = await replay(subscriber, { limit });
      expect([request['limit'], results.sent]).toEqual([MAX_LIMIT, MAX_LIMIT]);
    }
    expect((await replay(subscriber, { limit: MAX_LIMIT })).request['limit']).toBe(MAX_LIMIT);
    expect(idsOf(await replay(subscriber, { limit: MAX_LIMIT - 1 }))).toEqual(ids.slice(0, MAX_LIMIT - 1));
  });

  it('does not multiply when others ask for the same at the same time', async () => {
    const { subscriber, ids } = await failures(20);
    const replays = await Promise.all(Array.from({ length: 6 }, () => replay(subscriber, { dryRun: false })));
    expect(replays.flatMap(idsOf).toSorted()).toEqual([...ids]);
    await new ReplayClock(gateway).finish();
    expect(receiver.received.map(({ headers }) => String(headers['webhook-id'])).toSorted()).toEqual([
      ...ids,
    ]);
    for (const { id, results } of replays) {
      expect(await progressOf(subscriber, id)).toMatchObject({ state: 'done', sent: results.sent });
    }
  });

  it('of nothing is done at once', async () => {
    const { subscriber } = await failures(0);
    const { id, results } = await replay(subscriber, { dryRun: false });
    expect(results).toEqual({ sent: 0, errored: 0, notifications: [] });
    await new ReplayClock(gateway).step();
    expect(await progressOf(subscriber, id)).toMatchObject({ state: 'done', matched: 0 });
  });

  it('leaves alone what is on its way', async () => {
    const { id: party, subscriber } = await failures(0);
    await publish(gateway, activation([party]));
    await gateway.settle('fan-out');
    for (const status of ['fail', 'sent', 'cancelled', 'expired']) {
      expect((await replay(subscriber, { status })).results.sent).toBe(0);
    }
    await gateway.deliver();
    expect((await replay(subscriber, { status: 'sent' })).results.sent).toBe(1);
  });
});

describe('what can not be delivered is `Errored`, and does not go out', () => {
  interface Ended {
    readonly what: string;
    readonly status: string;
    end(party: Party): Promise<unknown>;
  }

  const disable = ({ id }: Party): Promise<unknown> =>
    gateway.dataSource.query(`UPDATE delivery_channel SET state = 'disabled' WHERE party_id = $1`, [id]);
  const expire = ({ subscription }: Party): Promise<unknown> =>
    gateway.dataSource.query(`UPDATE tuatahi_subscription SET expires_at = clock_timestamp() WHERE id = $1`, [
      subscription.id,
    ]);
  const remove = ({ subscriber, subscription }: Party): Promise<unknown> =>
    subscriber.ask('DELETE', `/subscriptions/${subscription.id}`);

  it.each<Ended>([
    { what: 'for a disabled channel', status: 'fail', end: disable },
    { what: 'of a subscription that has expired just now', status: 'fail', end: expire },
    { what: 'of a subscription that was deleted', status: 'fail', end: remove },
  ])('$what', async ({ end, status }) => {
    const party = await failures(2);
    await end(party);
    const { results } = await replay(party.subscriber, { status });
    const notifications = party.ids.map((id) => ({ id, status: 'Errored' }));
    expect(results).toEqual({ sent: 0, errored: 2, notifications });
    const real = await replay(party.subscriber, { status, dryRun: false });
    expect(real.results).toEqual(results);

    await new ReplayClock(gateway).finish();
    expect(receiver.received).toEqual([]);
    expect(await progressOf(party.subscriber, real.id)).toMatchObject({
      state: 'done',
      matched: 2,
      errored: 2,
      sent: 0,
    });
  });
});

describe('refuses', () => {
  it.each<[string, object, string]>([
    ['no limit', { limit: undefined }, '/limit required'],
    ['a limit of 0', { limit: 0 }, '/limit integer'],
    ['a negative limit', { limit: -1 }, '/limit integer'],
    ['a broken limit', { limit: 1.5 }, '/limit integer'],
    ['a limit as text', { limit: '10' }, '/limit integer'],
    ['no dryRun', { dryRun: undefined }, '/dryRun required'],
    ['a dryRun as text', { dryRun: 'false' }, '/dryRun flag'],
    ['an id that is none', { id: '42' }, '/id uuid'],
    ['what is pending', { status: 'pending' }, '/status choice'],
    ['a status that is none', { status: 'FAIL' }, '/status choice'],
    ['a day that is none', { event: { createdFrom: '2026-02-30T00:00:00Z' } }, '/event/createdFrom dateTime'],
    ['a date without a time', { event: { createdTo: '2026-02-28' } }, '/event/createdTo dateTime'],
    ['attributes in a list', { event: { attributes: [{ a: 'b' }] } }, '/event/attributes object'],
    ['an attribute that is no text', { event: { attributes: { a: 1 } } }, '/event/attributes/a text'],
    [
      'what can not be stored',
      { event: { attributes: { __not__: { a: '\0' } } } },
      '/event/attributes/__not__/a text',
    ],
    [
      'a misspelt member, which would mean all',
      { events: { eventType: 'ONTActivation' } },
      '/events unknown',
    ],
    ['one within the event', { event: { type: 'ONTActivation' } }, '/event/type unknown'],
    ['an event that is none', { event: 'ONTActivation' }, '/event object'],
  ])('%s', async (_what, wrong, place) => {
    const before = await stored();
    const answer = await askForReplay(new Subscriber(gateway), { dryRun: false, ...wrong });
    expectProblem(answer, '400 invalid-input', place);
    expect(await stored()).toEqual(before);
  });

  it('what is no object', async () => {
    for (const body of [[], 'x', 1]) {
      expect((await new Subscriber(gateway).ask('POST', '/notifications/replay', body)).status).toBe(400);
    }
  });
});

describe('a replay by id', () => {
  it('takes that notification alone', async () => {
    const { subscriber, ids } = await failures(3);
    const [, second] = ids;
    expect(idsOf(await replay(subscriber, { id: second }))).toEqual([second]);
    expect(idsOf(await replay(subscriber, { id: second, status: 'sent' }))).toEqual([]);
    expect(idsOf(await replay(subscriber, { id: randomUUID() }))).toEqual([]);
    const other = await failures(1);
    expect(idsOf(await replay(subscriber, { id: other.ids[0] }))).toEqual([]);
  });
});
