import { ChannelWatch } from '../src/delivery/channel-watch.service';
import { eventsOf } from './support/events';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { send } from './support/http';
import { MailServer, Refusal, stall } from './support/mail-server';
import { notification, put } from './support/notification';
import { expectBalancedLedger } from './support/notification-ledger';
import { makeAllDue } from './support/queue';
import { rowCounts } from './support/rows';
import { Subscriber, type Subscription } from './support/subscriber';

const PASSWORD = 'kūmara & pāua: 50 %';

let gateway: Gateway;
let server: MailServer;
let subscriber: Subscriber;

beforeAll(async () => {
  server = await MailServer.start();
  gateway = await startGateway({
    env: {
      SMTP_URL: server.url.replace('//', `//karere:${encodeURIComponent(PASSWORD)}@`),
      SMTP_TIMEOUT_MS: '1000',
      MAIL_FROM: 'Karere <karere@example.co.nz>',
      RETRY_SCHEDULE: '5s,30s',
      LOG_LEVEL: 'trace',
    },
  });
  subscriber = new Subscriber(gateway);
});
afterAll(async () => {
  await gateway.close();
  await server.stop();
});
afterEach(async () => {
  server.reset();
  // One that goes through, so that no test leaves its failures in a row to the next.
  await makeAllDue(gateway.dataSource);
  await gateway.deliver();
  await expectBalancedLedger(gateway.dataSource);
  server.reset();
});

/** By mail, to a work order that no other test is about. */
async function subscribe(wonum: string, ...addresses: string[]): Promise<Subscription> {
  return subscriber.subscribe({
    eventType: 'SPWorkOrderNotification',
    filters: { target: 'my', attributes: [{ wonum }] },
    contactEmails: [{ email: 'noc@example.co.nz' }],
    notificationChannels: { email: addresses.map((email) => ({ email })) },
  });
}

let eventId = 100;

async function post(wonum: string, changes: Record<string, unknown> = {}): Promise<void> {
  eventId += 1;
  const body = notification('PutOnHoldWorkOrderNotify', { wonum, eventId: String(eventId) });
  for (const [pointer, value] of Object.entries(changes)) put(body, pointer, value);
  await send(gateway, body, { 'x-transaction-id': `tx-${wonum}` });
  await gateway.settle();
}

/** A notification in the queue or done with, and how its attempts went. */
interface Outcome {
  readonly id: string;
  readonly sequence: string | null;
  readonly target: string;
  readonly status: string;
  /** Until the next attempt. */
  readonly dueInMs: number | null;
  /** By the status or the error of each. */
  readonly attempts: readonly (number | string)[];
}

/** Of all notifications of a subscription, those for its contacts too: by number and target. */
function outcomesOf({ id }: Subscription): Promise<Outcome[]> {
  return gateway.dataSource.query(
    `SELECT n.id, n.sequence, n.target, n.status,
       extract(epoch FROM n.next_attempt_at - clock_timestamp())::float8 * 1000 AS "dueInMs",
       coalesce((SELECT json_agg(coalesce(a.error, a.status::text, 'ok') ORDER BY a.number)
         FROM delivery_attempt a WHERE a.notification_id = n.id), '[]') AS attempts
     FROM delivery_notification n WHERE n.subscription_id = $1 ORDER BY n.sequence, n.target, n.id`,
    [id],
  );
}

it('brings each address a mail of its own', async () => {
  const subscription = await subscribe('WO-1', 'aroha@example.co.nz', 'tama@example.co.nz');
  await post('WO-1');
  await gateway.deliver();

  const outcomes = await outcomesOf(subscription);
  expect(outcomes).toMatchObject([
    { target: 'aroha@example.co.nz', sequence: '1', status: 'sent', attempts: ['ok'] },
    { target: 'tama@example.co.nz', sequence: '1', status: 'sent', attempts: ['ok'] },
  ]);
  expect(server.received).toHaveLength(2);
  for (const { id, target } of outcomes) {
    const [mail, ...others] = server.to(target);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ from: 'karere@example.co.nz', to: [target] });
    expect(mail?.headers).toMatchObject({
      from: 'Karere <karere@example.co.nz>',
      to: target,
      subject: 'WO-1: On hold: consent pending (SPWorkOrderNotification 1)',
      'message-id': `<${id}@example.co.nz>`,
      'x-transaction-id': 'tx-WO-1',
      'auto-submitted': 'auto-generated',
      'list-id': `<${subscription.id}.example.co.nz>`,
      'list-unsubscribe': expect.stringMatching(/^<mailto:noc@example\.co\.nz\?subject=\S+>$/) as string,
    });
    expect(mail?.text).toContain(`Notification: ${id}\n`);
    expect(mail?.html).toContain(`<td>${id}</td>`);
  }
});

it('tells apart an address that is refused, one that is put off, and one that is served', async () => {
  const subscription = await subscribe(
    'WO-2',
    'later@example.co.nz',
    'nobody@example.co.nz',
    'tama@example.co.nz',
  );
  server.atRecipient = (address) => {
    if (address.startsWith('nobody')) return new Refusal(550, 'No such mailbox');
    return address.startsWith('later') ? new Refusal(451, 'Greylisted') : undefined;
  };
  await post('WO-2');
  await gateway.deliver();
  expect(await outcomesOf(subscription)).toMatchObject([
    { target: 'later@example.co.nz', status: 'pending', attempts: ['451'] },
    { target: 'nobody@example.co.nz', status: 'fail', attempts: ['550'], dueInMs: null },
    { target: 'tama@example.co.nz', status: 'sent', attempts: ['ok'] },
  ]);
  const [{ dueInMs } = { dueInMs: null }] = await outcomesOf(subscription);
  expect(dueInMs).toBeGreaterThan(2000);
  expect(dueInMs).toBeLessThanOrEqual(6000);
  const failed = (await eventsOf(gateway)).filter(({ type }) => type === 'tuatahi.notification.failed');
  expect(failed).toMatchObject([{ data: { target: 'nobody@example.co.nz', status: 550, attempts: 1 } }]);

  server.reset();
  await makeAllDue(gateway.dataSource);
  await gateway.deliver();
  expect(server.received.map(({ to }) => to)).toEqual([['later@example.co.nz']]);
  expect(await outcomesOf(subscription)).toMatchObject([
    { target: 'later@example.co.nz', status: 'sent', attempts: ['451', 'ok'] },
    { status: 'fail' },
    { status: 'sent' },
  ]);
});

it('gives up an address that is put off as often as the schedule says', async () => {
  const subscription = await subscribe('WO-3', 'later@example.co.nz');
  server.atRecipient = () => new Refusal(451, 'Greylisted');
  await post('WO-3');
  for (const status of ['pending', 'pending', 'fail']) {
    await makeAllDue(gateway.dataSource);
    await gateway.deliver();
    expect(await outcomesOf(subscription)).toMatchObject([{ status }]);
  }
  expect(await outcomesOf(subscription)).toMatchObject([{ attempts: ['451', '451', '451'] }]);
});

it('holds up nobody else’s mail for those who are put off', async () => {
  const putOff = Array.from({ length: 8 }, (_, n) => `later-${n}@example.co.nz`);
  await subscribe('WO-4', ...putOff);
  server.atRecipient = (address) =>
    address.startsWith('later') ? new Refusal(451, 'Greylisted') : undefined;
  await post('WO-4');
  await gateway.deliver();

  const subscription = await subscribe('WO-5', 'aroha@example.co.nz');
  await post('WO-5');
  await gateway.deliver();
  expect(await outcomesOf(subscription)).toMatchObject([{ status: 'sent' }]);
});

it('tries again after a server that stalls', async () => {
  const subscription = await subscribe('WO-6', 'aroha@example.co.nz');
  server.atRecipient = stall;
  await post('WO-6');
  await gateway.deliver();
  expect(await outcomesOf(subscription)).toMatchObject([{ status: 'pending', attempts: ['timeout'] }]);

  server.reset();
  await makeAllDue(gateway.dataSource);
  await gateway.deliver();
  expect(await outcomesOf(subscription)).toMatchObject([{ status: 'sent', attempts: ['timeout', 'ok'] }]);
  expect(server.received).toHaveLength(1);
});

it('sends the same message again to a server that hung up without a word', async () => {
  const subscription = await subscribe('WO-7', 'aroha@example.co.nz');
  server.atMessage = () => 'hang up';
  await post('WO-7');
  await gateway.deliver();
  expect(await outcomesOf(subscription)).toMatchObject([
    { status: 'pending', attempts: ['connection-reset'] },
  ]);

  server.atMessage = () => undefined;
  await makeAllDue(gateway.dataSource);
  await gateway.deliver();
  const [outcome] = await outcomesOf(subscription);
  expect(outcome).toMatchObject({ status: 'sent', attempts: ['connection-reset', 'ok'] });
  // It had taken the first one, too: by the Message-ID it sees that this is a repetition.
  const ids = server.received.map(({ headers }) => headers['message-id']);
  expect(ids).toEqual([`<${outcome?.id}@example.co.nz>`, `<${outcome?.id}@example.co.nz>`]);
});

it('blames no recipient for a login that is refused, and shows the password nowhere', async () => {
  const subscription = await subscribe('WO-8', 'aroha@example.co.nz');
  const logins: string[] = [];
  server.atLogin = (login) => {
    logins.push(login);
    return new Refusal(535, `Wrong: ${login}`);
  };
  server.hangUp();
  await post('WO-8');
  await gateway.deliver();
  const sample = await subscriber.ask('POST', `/subscriptions/${subscription.id}/test`);
  expect(new Set(logins)).toEqual(new Set([`karere:${PASSWORD}`]));
  expect(await outcomesOf(subscription)).toMatchObject([{ status: 'pending', attempts: ['login'] }]);
  expect(sample.body).toMatchObject({ results: [{ status: 'fail', error: 'login' }] });

  const rows = await gateway.dataSource.query<object[]>(
    'SELECT to_json(a) FROM delivery_attempt a UNION ALL SELECT to_json(e) FROM domain_event e',
  );
  const shown = JSON.stringify([rows, gateway.logs, sample.body]);
  for (const form of [PASSWORD, encodeURIComponent(PASSWORD)]) {
    expect(shown).not.toContain(form);
    expect(shown).not.toContain(Buffer.from(`\0karere\0${form}`).toString('base64'));
  }
});

describe('nothing has come through for long', () => {
  async function stateAfterDelivery(subscription: Subscription, wonum: string): Promise<string | undefined> {
    await post(wonum);
    await gateway.deliver();
    await gateway.app.get(ChannelWatch).look(new Date(Date.now() + 30 * 86_400_000));
    const { body } = await subscriber.ask('GET', `/subscriptions/${subscription.id}`);
    return (body as object as Subscription).notificationChannels.email[0]?.state;
  }

  it('to an address that is refused: the channel is disabled', async () => {
    const subscription = await subscribe('WO-11', 'nobody@example.co.nz');
    server.atRecipient = () => new Refusal(550, 'No such mailbox');
    expect(await stateAfterDelivery(subscription, 'WO-11')).toBe('disabled');
  });

  it('to one of several: the others are not disabled with it', async () => {
    const subscription = await subscribe('WO-12', 'nobody@example.co.nz', 'tama@example.co.nz');
    server.atRecipient = async (address) => {
      if (!address.startsWith('nobody')) return undefined;
      // The last word on the channel is a refusal.
      await eventually(
        'the other one has got it',
        () => outcomesOf(subscription),
        (outcomes) => outcomes.some(({ status }) => status === 'sent'),
      );
      return new Refusal(550, 'No such mailbox');
    };
    expect(await stateAfterDelivery(subscription, 'WO-12')).toBe('enabled');
    expect(await outcomesOf(subscription)).toMatchObject([{ status: 'fail' }, { status: 'sent' }]);
  });

  it.each<[string, string, () => void]>([
    ['takes no login', 'WO-13', () => (server.atLogin = () => new Refusal(535, 'Wrong'))],
    ['takes nothing from us', 'WO-14', () => (server.atSender = () => new Refusal(550, 'Not from you'))],
    ['says nothing', 'WO-15', () => (server.atRecipient = stall)],
  ])('at a mail server that %s: nobody’s channel is disabled', async (_what, wonum, spoil) => {
    const subscription = await subscribe(wonum, 'aroha@example.co.nz');
    spoil();
    server.hangUp();
    expect(await stateAfterDelivery(subscription, wonum)).toBe('enabled');
  });
});

it('loses nothing at a server that misbehaves now and then, and repeats only what it could not know', async () => {
  const subscription = await subscribe('WO-9', 'aroha@example.co.nz', 'tama@example.co.nz');
  let recipients = 0;
  let messages = 0;
  server.atRecipient = () => (recipients++ % 4 === 1 ? new Refusal(451, 'Busy') : undefined);
  server.atMessage = () => (messages++ % 5 === 2 ? 'hang up' : undefined);
  for (let n = 0; n < 12; n += 1) await post('WO-9');
  await gateway.deliver();
  server.atRecipient = server.atMessage = () => undefined;
  await makeAllDue(gateway.dataSource);
  await gateway.deliver();

  const outcomes = await outcomesOf(subscription);
  expect(outcomes).toHaveLength(24);
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['sent']));
  const unheard = outcomes.filter(({ attempts }) => attempts.includes('connection-reset'));
  expect(unheard.length).toBeGreaterThan(0);
  expect(server.received.map(({ headers }) => headers['message-id'] ?? '').toSorted()).toEqual(
    [...outcomes, ...unheard].map(({ id }) => `<${id}@example.co.nz>`).toSorted(),
  );
});

it('sends a sample to each address at once, outside the queue and the sequence', async () => {
  const subscription = await subscribe('WO-10', 'nobody@example.co.nz', 'tama@example.co.nz');
  server.atRecipient = (address) =>
    address.startsWith('nobody') ? new Refusal(550, 'No such mailbox') : undefined;
  const before = await rowCounts(gateway.dataSource);
  const { status, body } = await subscriber.ask('POST', `/subscriptions/${subscription.id}/test`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    channelId: subscription.notificationChannels.email[0]?.id,
    results: [
      { target: 'nobody@example.co.nz', status: 'fail', answerStatus: 550 },
      { target: 'tama@example.co.nz', status: 'sent', answer: expect.stringMatching(/^250 /) as string },
    ],
  });
  expect(server.received).toHaveLength(1);
  expect(server.received[0]).toMatchObject({
    to: ['tama@example.co.nz'],
    headers: { subject: expect.stringMatching(/^Sample: .*\(SPWorkOrderNotification\)$/) as string },
    text: expect.stringContaining('the values are made up') as string,
  });
  expect(await rowCounts(gateway.dataSource)).toEqual(before);
});
