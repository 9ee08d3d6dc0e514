import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Client } from 'pg';
import { ChannelWatch } from '../src/delivery/channel-watch.service';
import { queueActivations } from './support/activations';
import { eventsOf, headOf } from './support/events';
import { eventually } from './support/eventually';
import { expire } from './support/expire';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { notificationsOf } from './support/queue';
import { readMailFolder } from './support/read-mail-folder';
import { WebhookReceiver } from './support/webhook-receiver';

const DAY_MS = 86_400_000;

/** Two replicas on one database, on which a channel may fail for ten days. */
let one: Gateway;
let two: Gateway;
let receiver: WebhookReceiver;
/** The log before a test. */
let before: number;

beforeAll(async () => {
  const env = { CHANNEL_DISABLE_AFTER_DAYS: '10' };
  one = await startGateway({ env });
  two = await startGateway({ env, databaseUrl: one.databaseUrl });
});
beforeEach(async () => {
  // Each its own: the circuit breaker of one that fails often would hold the others.
  receiver = await WebhookReceiver.start();
  // What earlier tests have left does not fail any more.
  await one.dataSource.query('UPDATE delivery_channel SET failing_since = NULL');
  before = await headOf(one);
});
afterEach(async () => {
  receiver.reset();
  await one.settle();
  await one.deliver();
  await receiver.close();
  await expectBalancedLedger(one.dataSource);
});
afterAll(async () => {
  await two.close();
  await one.close();
});

function party(more: object = {}): Promise<Party> {
  return newParty(
    one,
    { callbackUri: `${receiver.url}/hook` },
    { contactEmails: [{ email: 'first@example.co.nz' }, { email: 'second@example.co.nz' }], ...more },
  );
}

/** An event comes, and goes out to a receiver that answers with this. */
async function deliver(to: Party, answer: number): Promise<void> {
  receiver.answer(answer);
  await queueActivations(one, to.id);
  await one.deliver();
}

interface Failing {
  readonly to: Party;
  readonly since: Date;
}

async function failing(more: object = {}): Promise<Failing> {
  const to = await party(more);
  await deliver(to, 500);
  return { to, since: await failingSince(to) };
}

async function failingSince({ channel }: Party): Promise<Date> {
  const [row] = await one.dataSource.query<{ since: Date | null }[]>(
    'SELECT failing_since AS since FROM delivery_channel WHERE id = $1',
    [channel.id],
  );
  if (!row?.since) throw new Error('it does not fail');
  return row.since;
}

/** The job's look when so many days and a moment have gone by since the channel began to fail. */
async function lookAfter({ since }: Failing, days: number, replica = one): Promise<void> {
  await replica.app.get(ChannelWatch).look(new Date(since.getTime() + days * DAY_MS + 1000));
}

/** What was told of the channel since the test began: `failing 50`, `disabled`, `recovered`. */
async function toldOf({ to: { channel } }: { readonly to: Party }): Promise<string[]> {
  const events = (await eventsOf(one, before)).filter(({ subject }) => subject === channel.id);
  return events.map(({ type, data }) =>
    `${type.slice('tuatahi.channel.'.length)} ${'percent' in data ? data.percent : ''}`.trim(),
  );
}

/** Events come, all but one are answered like that, and that one waits for its answer. */
async function underWay(
  to: Party,
  ...others: number[]
): Promise<[answer: (status: number) => void, delivering: Promise<void>]> {
  const waiting: ServerResponse[] = [];
  const answers = [...others];
  receiver.reply = (_request, response) => {
    const status = answers.shift();
    if (status === undefined) waiting.push(response);
    else response.writeHead(status).end();
  };
  await queueActivations(one, to.id, others.length + 1);
  const delivering = one.deliver();
  await eventually(
    'it is under way',
    () => waiting.length,
    (count) => count > 0,
  );
  return [(status) => waiting[0]?.writeHead(status).end(), delivering];
}

async function stateOf({ subscriber, subscription }: Party): Promise<string | undefined> {
  const { body } = await subscriber.ask('GET', `/subscriptions/${subscription.id}`);
  return (body as object as Party['subscription']).notificationChannels.webhook[0]?.state;
}

const enable = ({ subscriber, subscription, channel }: Party) =>
  subscriber.ask('POST', `/subscriptions/${subscription.id}/channels/${channel.id}/enable`);

describe('a channel through which nothing comes for long', () => {
  it('is told of at 50, 70 and 90 % of the time, once each, and disabled at 100 %', async () => {
    const it = await failing();
    for (const days of [4.9, 5, 5.1, 6.9, 7, 8.9, 9, 9.9, 10, 11]) await lookAfter(it, days);
    expect(await toldOf(it)).toEqual(['failing 50', 'failing 70', 'failing 90', 'disabled']);
    const { to, since } = it;
    const channel = {
      subscriptionId: to.subscription.id,
      channelId: to.channel.id,
      partyId: to.id,
      kind: 'webhook',
      target: `${receiver.url}/hook`,
      failingSince: since.toISOString(),
    };
    const events = (await eventsOf(one, before)).filter(({ subject }) => subject === to.channel.id);
    expect(events[0]).toMatchObject({ partyIds: [to.id], source: '/tuatahi' });
    expect([events[0]?.data, events[3]?.data]).toEqual([
      { ...channel, percent: 50, disabledAt: new Date(since.getTime() + 10 * DAY_MS).toISOString() },
      { ...channel, reason: 'failing' },
    ]);
    expect(await stateOf(to)).toBe('disabled');
  });

  it('is told of to all contacts of its subscription by mail', async () => {
    const it = await failing();
    for (const days of [5, 7, 9, 10]) await lookAfter(it, days);
    await one.settle();
    await one.deliver();
    const folder = join(one.config.database.dataDir, 'mail');
    const mails = (await readMailFolder(folder)).filter(({ text }) => text.includes(it.to.channel.id));
    const told = mails.map(({ headers: { to, subject }, text }) => {
      const percent = /^percent: (\d+)$/m.exec(text)?.[1] ?? 'disabled';
      expect(subject).toContain(percent === 'disabled' ? 'disabled' : 'failing');
      return `${to} ${percent}`;
    });
    expect(told.toSorted()).toEqual(
      ['first@example.co.nz', 'second@example.co.nz']
        .flatMap((to) => ['50', '70', '90', 'disabled'].map((percent) => `${to} ${percent}`))
        .toSorted(),
    );
  });

  it('is told of to others who have subscribed to it', async () => {
    const watching = await failing();
    await watching.to.subscriber.subscribe({
      eventType: 'tuatahi.channel.*',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: { webhook: [{ callbackUri: `${receiver.url}/watching` }] },
    });
    await lookAfter(watching, 10);
    receiver.answer(200);
    await one.settle();
    await one.deliver();
    expect(
      receiver.received.filter(({ path }) => path === '/watching').map(({ body }) => body.eventType),
    ).toEqual(['tuatahi.channel.disabled']);
  });

  it('is told of once by all replicas together', async () => {
    const it = await failing();
    const looks = Array.from({ length: 6 }, (_, index) => lookAfter(it, 7, index % 2 ? one : two));
    await Promise.all(looks);
    expect(await toldOf(it)).toEqual(['failing 70']);
    await Promise.all([lookAfter(it, 10, one), lookAfter(it, 10, two), lookAfter(it, 10, two)]);
    expect(await toldOf(it)).toEqual(['failing 70', 'disabled']);
  });

  it('is told of once when nobody has looked for long', async () => {
    const late = await failing();
    await lookAfter(late, 9.5);
    expect(await toldOf(late)).toEqual(['failing 90']);
    const tooLate = await failing();
    await lookAfter(tooLate, 30);
    expect(await toldOf(tooLate)).toEqual(['disabled']);
  });

  it('fails since its first failure, however often it has failed since', async () => {
    const it = await failing();
    await deliver(it.to, 503);
    await deliver(it.to, 404);
    expect(await failingSince(it.to)).toEqual(it.since);
  });

  it('gets nothing more after that, and the others do', async () => {
    const [it, other] = [await failing(), await party()];
    await queueActivations(one, it.to.id);
    await lookAfter(it, 10);
    await queueActivations(one, it.to.id);
    receiver.reset();
    await deliver(other, 200);
    expect(receiver.received).toHaveLength(1);
    expect(await notificationsOf(one.dataSource, it.to.subscription)).toMatchObject([
      { sequence: '1', status: 'fail' },
      { sequence: '2', status: 'cancelled' },
      { sequence: '3', status: 'cancelled' },
    ]);
    expect(await stateOf(other)).toBe('enabled');
  });

  it('does not fail while its subscription has expired, and begins anew when that is revived', async () => {
    const it = await failing();
    await expire(one, it.to.subscription.id);
    await lookAfter(it, 10);
    expect(await toldOf(it)).toEqual([]);
    const path = `/subscriptions/${it.to.subscription.id}`;
    expect((await it.to.subscriber.ask('PATCH', path, { expiresOn: '2999-01-01' })).status).toBe(200);
    await deliver(it.to, 200);
    expect(await notificationsOf(one.dataSource, it.to.subscription)).toMatchObject([
      { status: 'fail' },
      { status: 'sent' },
    ]);
  });

  it('does not begin to fail by what was under way when its subscription ended', async () => {
    const to = await party();
    const [answer, delivering] = await underWay(to);
    await expire(one, to.subscription.id);
    answer(500);
    await delivering;
    await lookAfter({ to, since: new Date() }, 30);
    // Nor once it is revived.
    await to.subscriber.ask('PATCH', `/subscriptions/${to.subscription.id}`, { expiresOn: '2999-01-01' });
    await lookAfter({ to, since: new Date() }, 30);
    expect(await toldOf({ to })).toEqual([]);
    expect(await stateOf(to)).toBe('enabled');
  });

  it('holds up nobody: one that somebody has in hand is told of the next time', async () => {
    const it = await failing();
    const somebody = new Client({ connectionString: one.databaseUrl });
    await somebody.connect();
    await somebody.query('BEGIN');
    await somebody.query('SELECT FROM delivery_channel WHERE id = $1 FOR UPDATE', [it.to.channel.id]);
    await lookAfter(it, 5);
    await somebody.end();
    expect(await toldOf(it)).toEqual([]);
    await lookAfter(it, 5.1);
    expect(await toldOf(it)).toEqual(['failing 50']);
  });
});

describe('a success', () => {
  it('ends it, and is told when a warning was', async () => {
    const told = await failing();
    await lookAfter(told, 5);
    const untold = await failing();
    await deliver(told.to, 200);
    await deliver(untold.to, 200);
    for (const it of [told, untold]) await expect(failingSince(it.to)).rejects.toThrow('it does not fail');
    expect([await toldOf(told), await toldOf(untold)]).toEqual([['failing 50', 'recovered'], []]);
    await lookAfter(told, 30);
    expect(await stateOf(told.to)).toBe('enabled');
  });

  it('lets the next failure begin from nothing', async () => {
    const it = await failing();
    await lookAfter(it, 9);
    await deliver(it.to, 200);
    await deliver(it.to, 500);
    await lookAfter({ ...it, since: await failingSince(it.to) }, 5);
    expect(await toldOf(it)).toEqual(['failing 90', 'recovered', 'failing 50']);
  });

  it('that comes when the channel has just been disabled does not enable it, nor say so', async () => {
    const it = await failing();
    await lookAfter(it, 5);
    let answer: (() => void) | undefined;
    receiver.reply = (_request, response) => {
      answer = () => response.end();
    };
    await queueActivations(one, it.to.id);
    const delivering = one.deliver();
    await eventually(
      'it is under way',
      () => answer,
      (begun) => begun !== undefined,
    );
    await lookAfter(it, 10);
    answer?.();
    await delivering;
    expect(await toldOf(it)).toEqual(['failing 50', 'disabled']);
    expect(await stateOf(it.to)).toBe('disabled');
    expect(await notificationsOf(one.dataSource, it.to.subscription)).toMatchObject([
      { status: 'fail' },
      { status: 'sent' },
    ]);
  });
});

describe('a success beside a failure', () => {
  it('at the same time ends it', async () => {
    const it = await failing();
    const responses: ServerResponse[] = [];
    receiver.reply = (_request, response) => {
      responses.push(response);
      if (responses.length < 2) return;
      responses[0]?.writeHead(200).end();
      setImmediate(() => response.writeHead(404).end());
    };
    await queueActivations(one, it.to.id, 2);
    await one.deliver();
    await expect(failingSince(it.to)).rejects.toThrow('it does not fail');
  });

  it('that was taken together with it, and came after it, is seen before anything is told', async () => {
    const to = await party();
    const [answer, delivering] = await underWay(to, 404);
    const since = await eventually(
      'it fails',
      () => failingSince(to).catch(() => undefined),
      (time) => time !== undefined,
    );
    answer(200);
    await delivering;
    await lookAfter({ to, since: since ?? new Date() }, 30);
    expect(await toldOf({ to })).toEqual([]);
    expect(await stateOf(to)).toBe('enabled');
  });
});

describe('a channel that its owner enables', () => {
  it('delivers what comes from then on, and is given all the time again', async () => {
    const it = await failing();
    await lookAfter(it, 10);
    await queueActivations(one, it.to.id);
    expect((await enable(it.to)).status).toBe(204);
    expect(await stateOf(it.to)).toBe('enabled');
    await lookAfter(it, 30);
    await deliver(it.to, 200);
    expect(await notificationsOf(one.dataSource, it.to.subscription)).toMatchObject([
      { sequence: '1', status: 'fail' },
      { sequence: '2', status: 'cancelled' },
      { sequence: '3', status: 'sent' },
    ]);
    expect(await toldOf(it)).toEqual(['disabled', 'recovered']);
  });

  it('and that is enabled already stays as it is, and nothing is told', async () => {
    const it = await failing();
    expect((await enable(it.to)).status).toBe(204);
    expect(await failingSince(it.to)).toEqual(it.since);
    expect(await toldOf(it)).toEqual([]);
  });
});

describe('what says nothing about a receiver', () => {
  it('is one that asks for time', async () => {
    const to = await party();
    await deliver(to, 429);
    await expect(failingSince(to)).rejects.toThrow('it does not fail');
  });
});
