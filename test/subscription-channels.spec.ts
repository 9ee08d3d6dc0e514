import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, send } from './support/http';
import { notification } from './support/notification';
import { expectBalancedLedger } from './support/notification-ledger';
import { expectProblem } from './support/problem';
import { rowCounts } from './support/rows';
import { onlyWebhook, Subscriber, type Subscription, subscriptionTo } from './support/subscriber';
import { makeTempFolder } from './support/temp-folder';
import { verifySignature, WebhookReceiver } from './support/webhook-receiver';

const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string;
const SECRET = /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/;

/** Two replicas on one database. */
let gateway: Gateway;
let replica: Gateway;
let receiver: WebhookReceiver;
let folder: string;
/** Each test has a party of its own. */
let subscriber: Subscriber;
let elsewhere: Subscriber;
let parties = 0;

beforeAll(async () => {
  folder = await makeTempFolder();
  const env = { DATA_DIR: folder, WEBHOOK_TIMEOUT_MS: '500' };
  [gateway, receiver] = await Promise.all([startGateway({ env }), WebhookReceiver.start()]);
  replica = await startGateway({ env, databaseUrl: gateway.databaseUrl });
});
afterAll(async () => {
  await receiver.close();
  await replica.close();
  await gateway.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  parties += 1;
  receiver.reset();
  subscriber = new Subscriber(gateway, `rsp-${parties}`);
  elsewhere = new Subscriber(replica, `rsp-${parties}`);
});

/** A webhook and an e-mail channel. */
function withTwoChannels(): Promise<Subscription> {
  return subscriber.subscribe(
    subscriptionTo(receiver.url, {
      notificationChannels: {
        webhook: [{ callbackUri: receiver.url }],
        email: [{ email: 'b@example.co.nz' }, { email: 'a@example.co.nz' }],
      },
    }),
  );
}

function emailOf({ notificationChannels: { email } }: Subscription): string {
  return email[0]?.id ?? '';
}

/** What the contacts are told by: no channel of the subscription's, for those outside. */
async function contactOf({ id }: Subscription): Promise<string> {
  const [row] = await gateway.dataSource.query<{ id: string }[]>(
    `SELECT id FROM delivery_channel WHERE subscription_id = $1 AND kind = 'contact'`,
    [id],
  );
  return row?.id ?? '';
}

async function expectNothingWritten(work: () => Promise<unknown>): Promise<void> {
  const before = await rowCounts(gateway.dataSource);
  await work();
  expect(await rowCounts(gateway.dataSource)).toEqual(before);
}

function postTest({ id }: Subscription, body?: unknown): Promise<Answer> {
  return subscriber.ask('POST', `/subscriptions/${id}/test`, body);
}

describe('POST …/test', () => {
  it.each([
    ['without a body', () => undefined],
    ['with an empty one', () => ({})],
    ['with null for the channel', () => ({ channelId: null })],
    ['with the channel', (channelId: string) => ({ channelId })],
    ['with the channel in capitals', (channelId: string) => ({ channelId: channelId.toUpperCase() })],
  ])('%s answers with what happened to a sample, and changes nothing', async (_case, bodyFor) => {
    const subscription = await subscriber.subscribe(subscriptionTo(receiver.url));
    const { id: channelId, secret = '' } = onlyWebhook(subscription);
    await expectNothingWritten(async () => {
      const answer = await postTest(subscription, bodyFor(channelId));
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        channelId,
        results: [
          {
            id: UUID,
            target: receiver.url,
            status: 'sent',
            answerStatus: 200,
            answer: 'ok',
            durationMs: expect.any(Number) as number,
          },
        ],
      });
      const [{ id } = { id: '' }] = answer.body['results'] as { id: string }[];
      const [received, ...others] = receiver.received;
      if (!received) throw new Error('nothing came');
      expect(others).toEqual([]);
      expect(received.headers).toMatchObject({
        'webhook-id': id,
        'x-transaction-id': answer.headers['x-transaction-id'],
        'x-karere-sample': 'true',
      });
      verifySignature(received, secret);
    });
    const { body } = await subscriber.ask('GET', `/subscriptions/${subscription.id}/sequence`);
    expect(body).toEqual({ head: '0', ranges: [] });
  });

  it('to an e-mail channel has a result for each address', async () => {
    const subscription = await withTwoChannels();
    const channelId = emailOf(subscription);
    await expectNothingWritten(async () => {
      const { status, body } = await postTest(subscription, { channelId });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        channelId,
        results: [
          { id: UUID, target: 'a@example.co.nz', status: 'sent' },
          { id: UUID, target: 'b@example.co.nz', status: 'sent' },
        ],
      });
      const names = await readdir(join(folder, 'mail'));
      for (const { id, target } of body['results'] as { id: string; target: string }[]) {
        expect(names.filter((name) => name.includes(id) && name.includes(target))).toHaveLength(1);
      }
    });
    expect(receiver.received).toEqual([]);
  });

  it.each<[string, () => void, object]>([
    ['refuses', () => receiver.answer(404), { answerStatus: 404, answer: '' }],
    ['fails', () => receiver.answer(500), { answerStatus: 500, answer: '' }],
    [
      'points elsewhere',
      () => receiver.answer(302, { location: '/other' }),
      { answerStatus: 302, answer: '' },
    ],
    ['is silent', () => (receiver.reply = () => undefined), { error: 'timeout' }],
    [
      'hangs up',
      () => (receiver.reply = (_received, response) => response.destroy()),
      { error: 'connection-reset' },
    ],
  ])('to a receiver that %s says so, and tries no more', async (_case, prepare, what) => {
    const subscription = await subscriber.subscribe(subscriptionTo(receiver.url, withRetries()));
    prepare();
    await expectNothingWritten(async () => {
      const { status, body } = await postTest(subscription);
      expect(status).toBe(200);
      expect(body['results']).toEqual([
        { id: UUID, target: receiver.url, status: 'fail', durationMs: expect.any(Number) as number, ...what },
      ]);
      await gateway.deliver();
    });
    expect(receiver.received).toHaveLength(1);
    const { body } = await subscriber.ask('GET', `/subscriptions/${subscription.id}`);
    expect(body).toMatchObject({ notificationChannels: { webhook: [{ state: 'enabled' }] } });
  });

  function withRetries(): object {
    return { notificationChannels: { webhook: [{ callbackUri: receiver.url, errorStrategy: 'retry' }] } };
  }

  it('to nobody says that there is nobody', async () => {
    const gone = await WebhookReceiver.start();
    const subscription = await subscriber.subscribe(subscriptionTo(gone.url));
    await gone.close();
    expect((await postTest(subscription)).body['results']).toMatchObject([
      { status: 'fail', error: 'connection-refused' },
    ]);
  });

  it.each<[string, (subscription: Subscription) => unknown, string, string[]]>([
    ['no channel, where there are several', () => undefined, '400 invalid-input', ['/channelId required']],
    ['what is no UUID', () => ({ channelId: 'first' }), '400 invalid-input', ['/channelId uuid']],
    ['a number', () => ({ channelId: 7 }), '400 invalid-input', ['/channelId uuid']],
    ['a list', () => [], '400 invalid-input', [' object']],
    ['no such channel', () => ({ channelId: randomUUID() }), '404 unknown-channel', []],
    ['the subscription itself', ({ id }) => ({ channelId: id }), '404 unknown-channel', []],
  ])('with %s is refused', async (_case, bodyFor, kind, places) => {
    const subscription = await withTwoChannels();
    await expectNothingWritten(async () => {
      expectProblem(await postTest(subscription, bodyFor(subscription)), kind, ...places);
    });
    expect(receiver.received).toEqual([]);
  });

  it('with the contacts in place of a channel is refused', async () => {
    const subscription = await withTwoChannels();
    const channelId = await contactOf(subscription);
    expectProblem(await postTest(subscription, { channelId }), '404 unknown-channel');
  });

  it('is for thirty samples a minute, of a party and not of others', async () => {
    const subscription = await withTwoChannels();
    const { id: channelId } = onlyWebhook(subscription);
    const first = await Promise.all(Array.from({ length: 29 }, () => postTest(subscription, { channelId })));
    expect(first.filter(({ status }) => status !== 200)).toEqual([]);
    // Two addresses are two samples.
    const refused = await postTest(subscription, { channelId: emailOf(subscription) });
    expectProblem(refused, '429 too-many-requests');
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(receiver.received).toHaveLength(29);

    const other = new Subscriber(gateway, 'another-party');
    const { id } = await other.subscribe(subscriptionTo(receiver.url));
    expect((await other.ask('POST', `/subscriptions/${id}/test`)).status).toBe(200);
  });

  it('to more than thirty addresses is possible, but for nothing besides', async () => {
    const email = Array.from({ length: 50 }, (_, n) => ({ email: `noc-${n}@example.co.nz` }));
    const subscription = await subscriber.subscribe(
      subscriptionTo(receiver.url, { notificationChannels: { email } }),
    );
    const { status, body } = await postTest(subscription);
    expect([status, (body['results'] as unknown[]).length]).toEqual([200, 50]);
    expectProblem(await postTest(subscription), '429 too-many-requests');
  });
});

describe('GET …/sequence', () => {
  let owner: Subscriber;
  let path: string;
  beforeAll(async () => {
    owner = new Subscriber(gateway, 'owner');
    const { id } = await owner.subscribe(subscriptionTo(receiver.url));
    path = `/subscriptions/${id}/sequence`;
    for (let n = 1; n <= 3; n += 1) {
      await send(gateway, notification('AddTaskNotify', { eventId: String(n) }));
    }
    await gateway.settle();
    await gateway.deliver();
    for (let n = 4; n <= 5; n += 1) {
      await send(gateway, notification('AddTaskNotify', { eventId: String(n) }));
    }
    await gateway.settle();
  });

  const sent = (from: string, to: string): object => ({ from, to, status: 'sent' });
  const pending = (from: string, to: string): object => ({ from, to, status: 'pending' });

  it.each<[string, object[]]>([
    ['', [sent('1', '3'), pending('4', '5')]],
    ['?from=2', [sent('2', '3'), pending('4', '5')]],
    ['?to=4', [sent('1', '3'), pending('4', '4')]],
    ['?from=3&to=3', [sent('3', '3')]],
    ['?from=004&to=100', [pending('4', '5')]],
    ['?from=6', []],
    ['?from=4&to=2', []],
    ['?from=0&to=0', []],
    ['?from=1&to=100000', [sent('1', '3'), pending('4', '5')]],
    ['?to=9223372036854775807', []],
  ])('%s says which numbers were given and how far they are', async (query, ranges) => {
    const { status, body } = await owner.ask('GET', path + query);
    expect({ status, body }).toEqual({ status: 200, body: { head: '5', ranges } });
    await expectBalancedLedger(gateway.dataSource);
  });

  it.each([
    ['?from=first', '?from digits'],
    ['?from=', '?from digits'],
    ['?from=-1', '?from digits'],
    ['?from=1.5', '?from digits'],
    ['?from=9223372036854775808', '?from digits'],
    ['?to=9223372036854775808', '?to digits'],
    ['?to=1&to=2', '?to digits'],
    ['?from=1&to=100001', '?from limit'],
  ])('%s is refused', async (query, place) => {
    expectProblem(await owner.ask('GET', path + query), '400 invalid-input', place);
  });
});

describe('POST …/channels/{channelId}/secret', () => {
  const rotate = (who: Subscriber, { id }: Subscription, channelId: string): Promise<Answer> =>
    who.ask('POST', `/subscriptions/${id}/channels/${channelId}/secret`);

  it('gives a new secret, which is not shown again, and by which the next delivery is signed', async () => {
    const subscription = await subscriber.subscribe(subscriptionTo(receiver.url));
    const { id: channelId, secret: old = '' } = onlyWebhook(subscription);
    const { status, body } = await rotate(elsewhere, subscription, channelId);
    expect({ status, body }).toEqual({
      status: 200,
      body: { secret: expect.stringMatching(SECRET) as string },
    });
    const secret = String(body['secret']);
    expect(secret).not.toBe(old);

    await postTest(subscription);
    const [received] = receiver.received;
    if (!received) throw new Error('nothing came');
    verifySignature(received, secret);
    expect(() => verifySignature(received, old)).toThrow(/No matching signature/);
    const shown = await subscriber.ask('GET', `/subscriptions/${subscription.id}`);
    const rows = await gateway.dataSource.query<unknown>('SELECT * FROM delivery_channel WHERE id = $1', [
      channelId,
    ]);
    for (const text of [shown.bytes.toString(), JSON.stringify(rows), JSON.stringify(replica.logs)]) {
      expect(text).not.toContain(secret.slice('whsec_'.length));
      expect(text).not.toContain(old.slice('whsec_'.length));
    }
  });

  it('at the same instant gives each caller another one, of which the last is in use', async () => {
    const subscription = await subscriber.subscribe(subscriptionTo(receiver.url));
    const { id: channelId } = onlyWebhook(subscription);
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        [subscriber, elsewhere, subscriber].map((who) => rotate(who, subscription, channelId)),
      );
      const secrets = answers.map(({ body }) => String(body['secret']));
      expect(new Set(secrets).size).toBe(3);
      receiver.reset();
      await postTest(subscription);
      const [received] = receiver.received;
      if (!received) throw new Error('nothing came');
      const fitting = secrets.filter((secret) => {
        try {
          verifySignature(received, secret);
          return true;
        } catch {
          return false;
        }
      });
      expect(fitting).toHaveLength(1);
    }
  });

  it('is refused for what has no secret', async () => {
    const subscription = await withTwoChannels();
    const sealed = 'SELECT id, sealed_secret FROM delivery_channel ORDER BY id';
    const before: unknown = await gateway.dataSource.query(sealed);
    const byMail = await rotate(subscriber, subscription, emailOf(subscription));
    expectProblem(byMail, '409 no-signing-secret');
    for (const channelId of [await contactOf(subscription), randomUUID()]) {
      expectProblem(await rotate(subscriber, subscription, channelId), '404 unknown-channel');
    }
    expectProblem(await rotate(subscriber, subscription, 'first'), '400 invalid-input', '{channelId} uuid');
    const { id: channelId } = onlyWebhook(subscription);
    const nowhere = { ...subscription, id: randomUUID() };
    expectProblem(await rotate(subscriber, nowhere, channelId), '404 unknown-subscription');
    expect(await gateway.dataSource.query(sealed)).toEqual(before);
  });
});

describe('POST …/channels/{channelId}/enable', () => {
  const enable = (who: Subscriber, { id }: Subscription, channelId: string): Promise<Answer> =>
    who.ask('POST', `/subscriptions/${id}/channels/${channelId}/enable`);
  const disable = (channelId: string): Promise<unknown> =>
    gateway.dataSource.query(
      `UPDATE delivery_channel SET state = 'disabled', failing_since = now(), warned_percent = 90 WHERE id = $1`,
      [channelId],
    );

  it.each(['webhook', 'email'] as const)('lets a %s channel deliver again, and states it', async (kind) => {
    const subscription = await withTwoChannels();
    const channelId = kind === 'webhook' ? onlyWebhook(subscription).id : emailOf(subscription);
    await disable(channelId);
    const path = `/subscriptions/${subscription.id}`;
    const stateOf = async (): Promise<unknown> =>
      ((await subscriber.ask('GET', path)).body as object as Subscription).notificationChannels[kind][0]
        ?.state;
    expect(await stateOf()).toBe('disabled');
    const before = await headOf(gateway);
    const { status, bytes, headers } = await enable(elsewhere, subscription, channelId);
    expect([status, bytes.length]).toEqual([204, 0]);
    expect(await stateOf()).toBe('enabled');
    expect(await eventsOf(gateway, before)).toMatchObject([
      {
        type: 'tuatahi.channel.recovered',
        source: '/tuatahi',
        subject: channelId,
        partyIds: [subscriber.partyId],
        correlationId: headers['x-transaction-id'],
        data: {
          subscriptionId: subscription.id,
          channelId,
          partyId: subscriber.partyId,
          kind,
          target: kind === 'webhook' ? receiver.url : 'a@example.co.nz, b@example.co.nz',
        },
      },
    ]);
    const rows = await gateway.dataSource.query<object[]>(
      'SELECT failing_since, warned_percent FROM delivery_channel WHERE id = $1',
      [channelId],
    );
    expect(rows).toEqual([{ failing_since: null, warned_percent: 0 }]);
  });

  it('of one that is enabled changes nothing', async () => {
    const subscription = await subscriber.subscribe(subscriptionTo(receiver.url));
    await expectNothingWritten(async () => {
      const { status } = await enable(subscriber, subscription, onlyWebhook(subscription).id);
      expect(status).toBe(204);
    });
  });

  it('at the same instant on two replicas is stated once', async () => {
    const subscription = await subscriber.subscribe(subscriptionTo(receiver.url));
    const { id: channelId } = onlyWebhook(subscription);
    for (let round = 0; round < 5; round += 1) {
      await disable(channelId);
      const before = await headOf(gateway);
      const answers = await Promise.all(
        [subscriber, elsewhere, subscriber, elsewhere].map((who) => enable(who, subscription, channelId)),
      );
      expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
      expect(await headOf(gateway)).toBe(before + 1);
    }
  });

  it('is refused for what is no channel', async () => {
    const subscription = await withTwoChannels();
    const contact = await contactOf(subscription);
    await disable(contact);
    await expectNothingWritten(async () => {
      for (const channelId of [contact, subscription.id, randomUUID()]) {
        expectProblem(await enable(subscriber, subscription, channelId), '404 unknown-channel');
      }
      expectProblem(await enable(subscriber, subscription, '1'), '400 invalid-input', '{channelId} uuid');
    });
  });
});
