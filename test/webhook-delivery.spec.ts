import { activation, queueActivations } from './support/activations';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { ask } from './support/http';
import { newParty, type Party } from './support/party';
import { makeAllDue } from './support/queue';
import { publish } from './support/source-events';
import { type Received, verifySignature, WebhookReceiver } from './support/webhook-receiver';

const TRANSACTION = 'tx-of-a-publisher';

let gateway: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([startGateway(), WebhookReceiver.start()]);
});
afterEach(async () => {
  receiver.reset();
  await expectBalancedLedger(gateway.dataSource);
});
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

/** A party of its own, with one webhook. */
function party(webhook: object = {}): Promise<Party> {
  return newParty(gateway, { callbackUri: `${receiver.url}/hook`, ...webhook });
}

/** What the receiver gets of so many events to a party. */
async function receivedBy({ id }: Party, count = 1): Promise<Received[]> {
  await queueActivations(gateway, id, count);
  await gateway.deliver();
  return receiver.received.splice(0);
}

async function oneReceivedBy(to: Party): Promise<Received> {
  const [received, ...others] = await receivedBy(to);
  if (!received || others.length > 0) throw new Error('it was not one');
  return received;
}

describe('what comes to a webhook', () => {
  it('has the members that the interface prescribes and no others, as they were published', async () => {
    const { id } = await party();
    const event = activation([id], {
      message: { status: 'Failure', error: true, errorTitle: 'ONT "Whānau" 🐦 not found\n' },
      payload: { nested: [{ deep: null }, 1.5, 'ā\u2028'], empty: {} },
    });
    await publish(gateway, event);
    await gateway.settle('fan-out');
    await gateway.deliver();
    const { eventType, eventTimestamp, message, payload } = event;
    expect(receiver.received.map(({ text }) => JSON.parse(text) as unknown)).toEqual([
      { eventId: '1', eventTimestamp, eventType, message, payload },
    ]);
  });

  it('is numbered by the subscription from 1 on, without a gap, as text', async () => {
    const one = await party();
    const other = await party({ callbackUri: `${receiver.url}/other` });
    expect((await receivedBy(one, 3)).map(({ body }) => body.eventId).toSorted()).toEqual(['1', '2', '3']);
    expect((await oneReceivedBy(other)).body.eventId).toBe('1');
    expect((await oneReceivedBy(one)).body.eventId).toBe('4');
  });

  it('is posted to the address with its query, as JSON', async () => {
    const to = await party({ callbackUri: `${receiver.url}/a/b%20c?tenant=7&x=%C4%81` });
    expect(await oneReceivedBy(to)).toMatchObject({
      path: '/a/b%20c?tenant=7&x=%C4%81',
      headers: { 'content-type': 'application/json', 'user-agent': 'Karere' },
    });
  });

  it('has the transaction id of the one who caused it', async () => {
    const { id } = await party();
    const authorization = `Bearer ${await gateway.token({ scope: 'events:publish' })}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const post = (more: object): ReturnType<typeof ask> =>
      ask(`${gateway.url}/tuatahi/events`, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: JSON.stringify(activation([id])),
      });
    const known = await post({ 'x-transaction-id': TRANSACTION });
    const unknown = await post({});
    await gateway.settle('fan-out');
    await gateway.deliver();
    expect(known.headers['x-transaction-id']).toBe(TRANSACTION);
    expect(new Set(receiver.received.map((each) => each.headers['x-transaction-id']))).toEqual(
      new Set([TRANSACTION, unknown.headers['x-transaction-id']]),
    );
  });
});

describe('who sends it is told', () => {
  it('by the key that the channel has', async () => {
    const { headers } = await oneReceivedBy(await party({ apiKey: 'a-key!of~the_channel' }));
    expect(headers['x-api-key']).toBe('a-key!of~the_channel');
    expect(headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['karere', 'correct horse battery staple'],
    ['whānau', 'pā:ss:wörd ✓'],
    ['k', ' '],
  ])('by user name %j and password %j, in UTF-8', async (username, password) => {
    const { headers } = await oneReceivedBy(await party({ auth: { username, password } }));
    const [scheme, credentials = ''] = headers.authorization?.split(' ') ?? [];
    expect(scheme).toBe('Basic');
    expect(Buffer.from(credentials, 'base64').toString('utf8')).toBe(`${username}:${password}`);
    expect(headers).not.toHaveProperty('x-api-key');
  });

  it('by both when the channel has both, and by neither when it has neither', async () => {
    const auth = { username: 'karere', password: 'a password' };
    const both = await oneReceivedBy(await party({ auth, apiKey: 'key' }));
    expect(both.headers).toMatchObject({ 'x-api-key': 'key', authorization: expect.any(String) as string });
    const neither = await oneReceivedBy(await party());
    expect(neither.headers).not.toHaveProperty('x-api-key');
    expect(neither.headers).not.toHaveProperty('authorization');
  });

  it('by the credentials of that channel and no other', async () => {
    const [a, b] = [await party({ apiKey: 'key-a' }), await party({ apiKey: 'key-b' })];
    await queueActivations(gateway, a.id);
    const keys = (await receivedBy(b)).map(({ headers }) => headers['x-api-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys)).toEqual(new Set(['key-a', 'key-b']));
  });
});

describe('the signature', () => {
  it('is verified by the secret of the channel and by no other', async () => {
    const [to, other] = [await party(), await party()];
    const received = await oneReceivedBy(to);
    verifySignature(received, to.secret);
    expect(to.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(() => verifySignature(received, other.secret)).toThrow('No matching signature found');
  });

  it.each<[string, (received: Received) => Received]>([
    ['body', (received) => ({ ...received, text: received.text.replace('"1"', '"2"') })],
    ['id', ({ headers, ...rest }) => ({ ...rest, headers: { ...headers, 'webhook-id': 'another' } })],
    [
      'time',
      ({ headers, ...rest }) => {
        const timestamp = String(Number(headers['webhook-timestamp']) - 1);
        return { ...rest, headers: { ...headers, 'webhook-timestamp': timestamp } };
      },
    ],
  ])('covers the %s', async (_part, changed) => {
    const to = await party();
    const received = await oneReceivedBy(to);
    expect(() => verifySignature(changed(received), to.secret)).toThrow('No matching signature found');
  });

  it('is of the moment of the attempt, under the same id at each', async () => {
    const to = await party({ errorStrategy: 'retry' });
    receiver.answer(500);
    const [first] = await receivedBy(to);
    await makeAllDue(gateway.dataSource);
    jest.useFakeTimers({ now: Date.now() + 120_000, advanceTimers: true });
    await gateway.deliver();
    const [second] = receiver.received.splice(0);
    // The library takes what is up to five minutes old, or early.
    for (const received of [first, second]) if (received) verifySignature(received, to.secret);
    jest.useRealTimers();
    expect(first?.headers['webhook-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.text).toBe(first?.text);
    const [before = 0, after = 0] = [first, second].map((each) => Number(each?.headers['webhook-timestamp']));
    expect(after - before).toBeGreaterThanOrEqual(119);
    await makeAllDue(gateway.dataSource);
    await gateway.deliver();
  });

  it('has another id for each notification, also for two channels of one event', async () => {
    const to = await party();
    await to.subscriber.subscribe({
      eventType: 'ONTActivation',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: {
        webhook: [{ callbackUri: `${receiver.url}/2` }, { callbackUri: `${receiver.url}/3` }],
      },
    });
    const received = await receivedBy(to, 2);
    expect(received).toHaveLength(6);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(6);
  });
});

describe('after the rotation of a secret', () => {
  async function rotate({ subscriber, subscription, channel }: Party): Promise<string> {
    const path = `/subscriptions/${subscription.id}/channels/${channel.id}/secret`;
    const { status, body } = await subscriber.ask('POST', path);
    expect(status).toBe(200);
    return String(body['secret']);
  }

  function signaturesOf({ headers }: Received): number {
    return String(headers['webhook-signature']).split(' ').length;
  }

  it('deliveries are signed with both, and after a day with the new one only', async () => {
    const to = await party();
    const rotated = await rotate(to);
    expect(rotated).not.toBe(to.secret);
    const within = await oneReceivedBy(to);
    expect(signaturesOf(within)).toBe(2);
    verifySignature(within, to.secret);
    verifySignature(within, rotated);

    const [grace] = await gateway.dataSource.query<{ hours: number }[]>(
      `SELECT extract(epoch FROM previous_secret_until - now())::float8 / 3600 AS hours
       FROM delivery_channel WHERE id = $1`,
      [to.channel.id],
    );
    expect(grace?.hours).toBeCloseTo(24, 1);
    await gateway.dataSource.query(
      `UPDATE delivery_channel SET previous_secret_until = previous_secret_until - interval '24 hours' WHERE id = $1`,
      [to.channel.id],
    );
    const after = await oneReceivedBy(to);
    expect(signaturesOf(after)).toBe(1);
    verifySignature(after, rotated);
    expect(() => verifySignature(after, to.secret)).toThrow('No matching signature found');
  });

  it('what was queued before is signed with both, too', async () => {
    const to = await party();
    await queueActivations(gateway, to.id);
    const rotated = await rotate(to);
    await gateway.deliver();
    const [received] = receiver.received;
    if (!received) throw new Error('nothing came');
    expect(signaturesOf(received)).toBe(2);
    verifySignature(received, to.secret);
    verifySignature(received, rotated);
  });

  it('a second one ends the first secret at once: it may be known to somebody', async () => {
    const to = await party();
    const [second, third] = [await rotate(to), await rotate(to)];
    const received = await oneReceivedBy(to);
    verifySignature(received, third);
    verifySignature(received, second);
    expect(() => verifySignature(received, to.secret)).toThrow('No matching signature found');
  });
});

describe('connections', () => {
  it('are kept: many deliveries, one after the other, need one', async () => {
    const to = await party();
    const ports = new Set<number>();
    for (let n = 0; n < 10; n += 1) ports.add((await oneReceivedBy(to)).port);
    expect(ports.size).toBe(1);
  });

  it('are no more than the deliveries at once', async () => {
    const received = await receivedBy(await party(), 100);
    expect(received).toHaveLength(100);
    expect(new Set(received.map(({ port }) => port)).size).toBeLessThanOrEqual(
      gateway.config.delivery.endpointConcurrency,
    );
  });
});
