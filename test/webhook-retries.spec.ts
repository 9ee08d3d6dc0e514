import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { activation, queueActivations } from './support/activations';
import { eventsOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { findLastingPort } from './support/lasting-port';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { attemptsOf, letTimePass, makeAllDue, notificationsOf } from './support/queue';
import { publish } from './support/source-events';
import type { Subscription } from './support/subscriber';
import { TcpServer } from './support/tcp-server';
import { WebhookReceiver } from './support/webhook-receiver';

const HOUR_MS = 3_600_000;
/** Between attempts, give or take a fifth. */
const SCHEDULE_MS = [10_000, 60_000] as const;
const TIMEOUT_MS = 500;

let gateway: Gateway;
const cleanUps: (() => Promise<void>)[] = [];

beforeAll(async () => {
  gateway = await startGateway({
    env: { RETRY_SCHEDULE: '10s,60s', WEBHOOK_TIMEOUT_MS: String(TIMEOUT_MS) },
  });
});
afterEach(() => expectBalancedLedger(gateway.dataSource));
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  await gateway.close();
});

/** A party of its own with one webhook, which retries. */
function party(callbackUri: string, webhook: object = { errorStrategy: 'retry' }): Promise<Party> {
  return newParty(gateway, { callbackUri, ...webhook });
}

/** A receiver of its own: one that fails is not held up for the failures of others. */
async function receiver(answer?: WebhookReceiver['reply']): Promise<WebhookReceiver> {
  const started = await WebhookReceiver.start();
  cleanUps.push(() => started.close());
  if (answer) started.reply = answer;
  return started;
}

/** A receiver that does this with each connection. */
async function rawReceiver(serve: (socket: Socket) => void): Promise<string> {
  const server = await TcpServer.start(serve);
  cleanUps.push(() => server.stop());
  return `http://127.0.0.1:${server.port}`;
}

function withStatus(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): WebhookReceiver['reply'] {
  return (_request, response: ServerResponse) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Delivers one event to the party, and tells what became of it. */
async function delivered({ id, subscription }: Party) {
  await queueActivations(gateway, id);
  await gateway.deliver();
  return stateOf(subscription);
}

/** One event that concerns all of them. */
async function deliveredToAll(parties: readonly Party[]): Promise<void> {
  await publish(gateway, activation(parties.map(({ id }) => id)));
  await gateway.settle('fan-out');
  await gateway.deliver();
}

async function stateOf(subscription: Subscription) {
  const [notification, ...others] = await notificationsOf(gateway.dataSource, subscription);
  if (!notification || others.length > 0) throw new Error('it was not one');
  return notification;
}

/** The next attempt, as if its time had come; or what there is after some time. */
async function again({ subscription }: Party, afterMs?: number) {
  await (afterMs === undefined ? makeAllDue(gateway.dataSource) : letTimePass(gateway.dataSource, afterMs));
  await gateway.deliver();
  return stateOf(subscription);
}

function failuresOf(all: Awaited<ReturnType<typeof eventsOf>>, { subscription }: Party) {
  return all.filter(
    (event) => event.type === 'tuatahi.notification.failed' && event.data.subscriptionId === subscription.id,
  );
}

const SENT = { status: 'sent', attempts: 1, countedAttempts: 1, waitsMs: null, isClaimed: false };
const FAILED = { ...SENT, status: 'fail' };
const RETRIED = { ...SENT, status: 'pending', waitsMs: expect.any(Number) as number };
const PUT_OFF = { ...RETRIED, countedAttempts: 0 };
const ELSEWHERE = { location: 'http://127.0.0.1:9/elsewhere' };

describe('what becomes of a notification after one attempt', () => {
  const expected: [string, object, object, string?][] = [
    ...[200, 201, 202, 204, 299].map((status): [string, object, object] => [`${status}`, SENT, { status }]),
    ...[300, 301, 302, 303, 304, 307, 308].map((status): [string, object, object] => [
      `${status}`,
      FAILED,
      { status },
    ]),
    ...[400, 401, 403, 404, 405, 409, 410, 413, 422, 499].map((status): [string, object, object] => [
      `${status}`,
      FAILED,
      { status },
    ]),
    ...[408, 500, 501, 502, 503, 504, 599].map((status): [string, object, object] => [
      `${status}`,
      RETRIED,
      { status },
    ]),
    ['429', PUT_OFF, { status: 429 }],
    ['503 with Retry-After', PUT_OFF, { status: 503 }],
    ['a refused connection', RETRIED, { status: null, error: 'connection-refused' }],
    ['a connection that is reset', RETRIED, { status: null, error: 'connection-reset' }],
    ['an answer that breaks off', RETRIED, { status: 200, error: 'connection-reset' }],
    ['no answer in time', RETRIED, { status: null, error: 'timeout' }],
    ['an answer that trickles beyond the time', RETRIED, { status: 200, error: 'timeout' }],
    ['something that is not HTTP', RETRIED, { status: null, error: 'protocol' }],
  ];
  const found = new Map<string, { state: object; attempts: object[] }>();

  async function addressFor(name: string): Promise<string> {
    const [status, more] = name.split(' with ');
    const socketDoes = RAW[name];
    if (socketDoes) return rawReceiver(socketDoes);
    if (name === 'a refused connection') return `http://127.0.0.1:${await findLastingPort()}`;
    const headers = { ...(status?.startsWith('3') && ELSEWHERE), ...(more && { 'retry-after': '1' }) };
    return (await receiver(withStatus(Number(status), headers))).url;
  }

  beforeAll(async () => {
    const all = await Promise.all(
      expected.map(async ([name]) => [name, await party(await addressFor(name))] as const),
    );
    await deliveredToAll(all.map(([, to]) => to));
    for (const [name, { subscription }] of all) {
      const state = await stateOf(subscription);
      found.set(name, { state, attempts: await attemptsOf(gateway.dataSource, subscription) });
    }
  });

  it.each(expected)('%s', (name, state, attempt) => {
    const { state: is, attempts } = found.get(name) ?? {};
    expect(is).toMatchObject(state);
    expect(attempts).toEqual([
      {
        number: 1,
        at: expect.any(Date) as Date,
        durationMs: expect.any(Number) as number,
        error: null,
        answer: 'error' in attempt ? null : '',
        ...attempt,
      },
    ]);
  });

  it('was told as a failure where it is one, and nowhere else', async () => {
    const failed = (await eventsOf(gateway)).filter(({ type }) => type === 'tuatahi.notification.failed');
    expect(failed).toHaveLength(expected.filter(([, state]) => state === FAILED).length);
  });
});

const RAW: Readonly<Record<string, (socket: Socket) => void>> = {
  'a connection that is reset': (socket) => socket.once('data', () => socket.resetAndDestroy()),
  'an answer that breaks off': (socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')),
  'no answer in time': (socket) => socket.resume(),
  'an answer that trickles beyond the time': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
    const timer = setInterval(() => socket.write('.'), 20);
    socket.on('close', () => {
      clearInterval(timer);
    });
  },
  'something that is not HTTP': (socket) => socket.once('data', () => socket.end('220 mail ESMTP\r\n')),
};

describe('with the strategy ignore, which a webhook has unless it says otherwise', () => {
  it.each([
    ['a bad answer', withStatus(500)],
    ['one that asks for time', withStatus(429, { 'retry-after': '1' })],
  ])('there is one attempt, and after %s it has failed', async (_name, reply) => {
    const to = await party((await receiver(reply)).url, {});
    expect(await delivered(to)).toMatchObject(FAILED);
    expect(failuresOf(await eventsOf(gateway), to)).toHaveLength(1);
  });

  it('after a good answer it is sent', async () => {
    expect(await delivered(await party((await receiver()).url, { errorStrategy: 'ignore' }))).toMatchObject(
      SENT,
    );
  });
});

describe('with the strategy retry', () => {
  it('attempts follow the schedule, and when it is used up it has failed and is told so', async () => {
    const { url } = await receiver(withStatus(500, {}, 'no'));
    const to = await party(url);
    for (const [n, delayMs] of SCHEDULE_MS.entries()) {
      const state = n === 0 ? await delivered(to) : await again(to);
      expect(state).toMatchObject({ status: 'pending', attempts: n + 1, countedAttempts: n + 1 });
      // Give or take a fifth, and what the test itself has taken.
      expect(state.waitsMs).toBeGreaterThan(0.8 * delayMs - 3000);
      expect(state.waitsMs).toBeLessThanOrEqual(1.2 * delayMs);
      expect(failuresOf(await eventsOf(gateway), to)).toEqual([]);
    }
    const last = await again(to);
    expect(last).toMatchObject({ ...FAILED, attempts: 3, countedAttempts: 3 });
    const { id } = last;
    expect(failuresOf(await eventsOf(gateway), to)).toMatchObject([
      {
        subject: id,
        partyIds: [to.id],
        correlationId: expect.stringMatching(/./) as string,
        data: {
          notificationId: id,
          subscriptionId: to.subscription.id,
          channelId: to.channel.id,
          eventType: 'ONTActivation',
          eventId: '1',
          target: url,
          attempts: 3,
          status: 500,
        },
      },
    ]);
    expect(await again(to)).toMatchObject({ attempts: 3 });
  });

  it('a delivery that gets through at last is sent', async () => {
    const at = await receiver(withStatus(503));
    const to = await party(at.url);
    await delivered(to);
    at.reset();
    expect(await again(to)).toMatchObject({ ...SENT, attempts: 2, countedAttempts: 2 });
    expect(await attemptsOf(gateway.dataSource, to.subscription)).toMatchObject([
      { number: 1, status: 503, answer: '' },
      { number: 2, status: 200, answer: 'ok' },
    ]);
    expect(failuresOf(await eventsOf(gateway), to)).toEqual([]);
  });

  it('nothing is attempted before its time', async () => {
    const at = await receiver(withStatus(500));
    const to = await party(at.url);
    await delivered(to);
    await gateway.deliver();
    expect(await again(to, 5000)).toMatchObject({ attempts: 1 });
    expect(at.received).toHaveLength(1);
  });
});

describe('a receiver that asks for time', () => {
  it('uses up no attempts of the schedule', async () => {
    const at = await receiver(withStatus(429));
    const to = await party(at.url);
    await delivered(to);
    for (let n = 0; n < 5; n += 1) await again(to);
    expect(await stateOf(to.subscription)).toMatchObject({
      status: 'pending',
      attempts: 6,
      countedAttempts: 0,
    });
    at.answer(500);
    for (let n = 0; n < 3; n += 1) await again(to);
    expect(await stateOf(to.subscription)).toMatchObject({ status: 'fail', attempts: 9, countedAttempts: 3 });
  });

  it('gets it for a day; then its answers count', async () => {
    const to = await party((await receiver(withStatus(429))).url);
    await delivered(to);
    expect(await again(to, 25 * HOUR_MS)).toMatchObject({ status: 'pending', countedAttempts: 1 });
    await again(to, 25 * HOUR_MS);
    expect(await again(to, 25 * HOUR_MS)).toMatchObject({ status: 'fail', attempts: 4, countedAttempts: 3 });
  });

  it('is asked again when it said, but not before the schedule, and within a day', async () => {
    const expected: [string, number, string, number, number][] = [
      ['seconds', 429, '7200', 2 * HOUR_MS, 2.4 * HOUR_MS],
      ['a date', 429, inTwoHours().toUTCString(), 2 * HOUR_MS - 1000, 2.4 * HOUR_MS],
      ['seconds, with 503', 503, '7200', 2 * HOUR_MS, 2.4 * HOUR_MS],
      ['seconds, with 500', 500, '7200', 2 * HOUR_MS, 2.4 * HOUR_MS],
      ['less than the schedule has', 429, '1', 8000, 12_000],
      ['a date that is over', 429, new Date(0).toUTCString(), 8000, 12_000],
      ['more than a day', 429, '864000', 24 * HOUR_MS, 24 * HOUR_MS],
      ['something unreadable', 429, 'soon', 8000, 12_000],
      ['nothing', 429, '', 8000, 12_000],
    ];
    const all = await Promise.all(
      expected.map(async ([, status, retryAfter]) =>
        party((await receiver(withStatus(status, { 'retry-after': retryAfter }))).url),
      ),
    );
    await deliveredToAll(all);
    for (const [index, [name, , , atLeast, atMost]] of expected.entries()) {
      const { waitsMs } = await stateOf((all[index] as Party).subscription);
      // What the test itself has taken is gone.
      expect([name, (waitsMs ?? 0) > atLeast - 5000, (waitsMs ?? 0) <= atMost]).toEqual([name, true, true]);
    }
  });

  function inTwoHours(): Date {
    return new Date(Date.now() + 2 * HOUR_MS);
  }
});

describe('a receiver that wants nothing any more (410)', () => {
  it('gets nothing any more: the channel is disabled, and what is queued for it is cancelled', async () => {
    const at = await receiver(withStatus(500));
    const to = await party(at.url);
    await delivered(to);
    at.answer(410);
    await queueActivations(gateway, to.id);
    await gateway.deliver();
    await queueActivations(gateway, to.id);
    await gateway.deliver();
    expect(await notificationsOf(gateway.dataSource, to.subscription)).toMatchObject([
      { sequence: '1', status: 'cancelled', attempts: 1 },
      { sequence: '2', status: 'fail', attempts: 1 },
      { sequence: '3', status: 'cancelled', attempts: 0 },
    ]);
    expect(at.received).toHaveLength(2);
    const { body } = await to.subscriber.ask('GET', `/subscriptions/${to.subscription.id}`);
    expect(body).toMatchObject({ notificationChannels: { webhook: [{ state: 'disabled' }] } });
    const disabled = (await eventsOf(gateway)).filter(({ type }) => type === 'tuatahi.channel.disabled');
    expect(disabled).toContainEqual(
      expect.objectContaining({
        data: expect.objectContaining({ reason: 'gone', partyId: to.id }) as object,
      }),
    );
  });
});

describe('what is written down of an attempt', () => {
  it('is when it was, how long it took, and the first KiB of the answer as it can be stored', async () => {
    const answer = `\0ā${'x'.repeat(2000)}`;
    const { url } = await receiver((_request, response) => {
      setTimeout(() => response.writeHead(400).end(answer), 60);
    });
    const to = await party(url);
    const before = Date.now();
    await delivered(to);
    const [attempt] = await attemptsOf(gateway.dataSource, to.subscription);
    expect(attempt).toMatchObject({ status: 400, answer: `\uFFFDā${'x'.repeat(1021)}` });
    expect(attempt?.durationMs).toBeGreaterThanOrEqual(59);
    expect(attempt?.durationMs).toBeLessThan(TIMEOUT_MS + 1000);
    expect(attempt?.at.getTime()).toBeGreaterThanOrEqual(before);
    expect(attempt?.at.getTime()).toBeLessThanOrEqual(Date.now());
  });
});

describe('who is told of failures', () => {
  it('is told by a webhook like of any other event, but not of failures to tell', async () => {
    const at = await receiver();
    const watching = await newParty(
      gateway,
      { callbackUri: at.url },
      { eventType: 'tuatahi.notification.*' },
    );
    await watching.subscriber.subscribe({
      eventType: 'ONTActivation',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: { webhook: [{ callbackUri: (await receiver(withStatus(404))).url }] },
    });
    await queueActivations(gateway, watching.id);
    await gateway.deliver();
    await gateway.settle('fan-out');
    at.answer(500);
    await gateway.deliver();
    await gateway.settle('fan-out');
    await gateway.deliver();
    expect(at.received.map(({ body }) => body)).toMatchObject([
      { eventType: 'tuatahi.notification.failed', message: { eventType: 'ONTActivation', status: 404 } },
    ]);
    expect(await stateOf(watching.subscription)).toMatchObject({ status: 'fail', sequence: '1' });
  });
});
