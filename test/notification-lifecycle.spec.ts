import type { ServerResponse } from 'node:http';
import { ChannelWatch } from '../src/delivery/channel-watch.service';
import { queueActivations } from './support/activations';
import { eventsOf, headOf } from './support/events';
import { eventually } from './support/eventually';
import { expire } from './support/expire';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { notificationsOf, letTimePass } from './support/queue';
import { readMailFolder } from './support/read-mail-folder';
import { lockHead, untilSomeWait } from './support/table-lock';
import { verifySignature, WebhookReceiver } from './support/webhook-receiver';

let gateway: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([startGateway(), WebhookReceiver.start()]);
});
beforeEach(() => gateway.settle());
afterEach(async () => {
  receiver.reset();
  await gateway.settle();
  await gateway.deliver();
  await expectBalancedLedger(gateway.dataSource);
});
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

const party = (webhook: object = {}): Promise<Party> =>
  newParty(gateway, { callbackUri: `${receiver.url}/hook`, ...webhook });
const queue = (to: Party, count = 1): Promise<void> => queueActivations(gateway, to.id, count);

async function statusesOf({ subscription }: Party): Promise<string[]> {
  const all = await notificationsOf(gateway.dataSource, subscription);
  return all.map(({ sequence, status }) => `${sequence} ${status}`);
}

/** Asks about the one channel of a party. */
const atChannel = ({ subscriber, subscription, channel }: Party, what: 'secret' | 'enable') =>
  subscriber.ask('POST', `/subscriptions/${subscription.id}/channels/${channel.id}/${what}`);
const extend = ({ subscriber, subscription }: Party) =>
  subscriber.ask('PATCH', `/subscriptions/${subscription.id}`, { expiresOn: '2999-01-01' });
const remove = ({ subscriber, subscription }: Party) =>
  subscriber.ask('DELETE', `/subscriptions/${subscription.id}`);
const disable = ({ channel }: Party) => gateway.app.get(ChannelWatch).disableGone(channel.id);

/** Lets all that is asked wait, and gives back what it waits with. */
function holdReceiver(): ServerResponse[] {
  const held: ServerResponse[] = [];
  receiver.reply = (_request, response) => held.push(response);
  return held;
}

describe('what is queued', () => {
  it('is signed with both secrets at its next attempt, when the secret is changed meanwhile', async () => {
    const to = await party({ errorStrategy: 'retry' });
    receiver.answer(500);
    await queue(to);
    await gateway.deliver();
    const secret = String((await atChannel(to, 'secret')).body['secret']);
    receiver.answer(200);
    await letTimePass(gateway.dataSource);
    await gateway.deliver();
    const [before, after] = receiver.received;
    if (!before || !after) throw new Error('it has not come twice');
    verifySignature(before, to.secret);
    expect(() => verifySignature(before, secret)).toThrow('No matching signature found');
    verifySignature(after, to.secret);
    verifySignature(after, secret);
    expect(after.headers['webhook-id']).toBe(before.headers['webhook-id']);
    expect(await statusesOf(to)).toEqual(['1 sent']);
  });

  it('is cancelled when the subscription is deleted, and counts', async () => {
    const [to, other] = [await party(), await party()];
    await queue(to, 3);
    await queue(other);
    expect((await remove(to)).status).toBe(204);
    expect(await statusesOf(to)).toEqual(['1 cancelled', '2 cancelled', '3 cancelled']);
    await queue(to);
    await gateway.deliver();
    expect(await statusesOf(to)).toHaveLength(3);
    expect(await statusesOf(other)).toEqual(['1 sent']);
    expect(receiver.received).toHaveLength(1);
  });

  it('is expired when the subscription is, stays so when that is revived, and counts', async () => {
    const [to, other] = [await party(), await party()];
    await queue(to, 2);
    await queue(other);
    await expire(gateway, to.subscription.id);
    expect(await statusesOf(to)).toEqual(['1 expired', '2 expired']);
    await extend(to);
    await queue(to);
    await gateway.deliver();
    expect(await statusesOf(to)).toEqual(['1 expired', '2 expired', '3 sent']);
    expect(await statusesOf(other)).toEqual(['1 sent']);
  });

  it('is cancelled when the channel is disabled, as is what comes then, until it is enabled', async () => {
    const to = await party();
    await queue(to, 2);
    await disable(to);
    await queue(to);
    expect(await statusesOf(to)).toEqual(['1 cancelled', '2 cancelled', '3 cancelled']);
    expect((await atChannel(to, 'enable')).status).toBe(204);
    await queue(to);
    await gateway.deliver();
    expect(await statusesOf(to)).toEqual(['1 cancelled', '2 cancelled', '3 cancelled', '4 sent']);
    expect(receiver.received.map(({ body }) => body.eventId)).toEqual(['4']);
  });

  it.each([
    ['deleted', 'cancelled', remove],
    ['disabled', 'cancelled', disable],
    ['expired', 'expired', ({ subscription }: Party) => expire(gateway, subscription.id)],
  ])('and under way when it is %s is sent if it gets through, and else %s', async (_how, otherwise, end) => {
    const to = await party({ errorStrategy: 'retry' });
    await queue(to, 4);
    const held = holdReceiver();
    const delivering = gateway.deliver();
    await eventually(
      'all are under way',
      () => held.length,
      (length) => length === 4,
    );
    await end(to);
    expect(await statusesOf(to)).toEqual([1, 2, 3, 4].map((number) => `${number} ${otherwise}`));
    const passed = new Set(receiver.received.flatMap(({ body }, index) => (index % 2 ? [body.eventId] : [])));
    for (const [index, response] of held.entries()) response.writeHead(index % 2 ? 200 : 500).end();
    await delivering;
    expect(await statusesOf(to)).toEqual(
      ['1', '2', '3', '4'].map((number) => `${number} ${passed.has(number) ? 'sent' : otherwise}`),
    );
  });
});

describe('a failure', () => {
  it('to tell of a failure is not told, so nothing goes round in a circle', async () => {
    const to = await party();
    for (const eventType of ['tuatahi.*', 'tuatahi.notification.failed', 'tuatahi.notification.*']) {
      await to.subscriber.subscribe({
        eventType,
        contactEmails: [{ email: 'contact@example.co.nz' }],
        notificationChannels: { webhook: [{ callbackUri: `${receiver.url}/${eventType}` }] },
      });
    }
    await gateway.settle();
    await gateway.deliver();
    receiver.reset();
    receiver.answer(400);
    const before = await headOf(gateway);
    await queue(to);
    for (let round = 0; round < 5; round += 1) {
      await gateway.deliver();
      await gateway.settle();
    }
    const failures = (await eventsOf(gateway, before)).filter(
      ({ type }) => type === 'tuatahi.notification.failed',
    );
    // Of the event itself, under both of its names, and not one about the other.
    expect(failures.map(({ data }) => (data as { eventType: string }).eventType).toSorted()).toEqual([
      'ONTActivation',
      'tuatahi.ont.activation',
    ]);
    const [failure] = failures;
    expect(failure?.data).toMatchObject({ subscriptionId: to.subscription.id, eventId: '1', status: 400 });
    expect(receiver.received.map(({ path }) => path).toSorted()).toEqual([
      '/hook',
      '/tuatahi.*',
      '/tuatahi.*',
      '/tuatahi.*',
      ...Array.from({ length: 2 }, () => '/tuatahi.notification.*'),
      ...Array.from({ length: 2 }, () => '/tuatahi.notification.failed'),
    ]);
  });
});

describe('a subscription that was deleted', () => {
  it('has nobody any more who is told about it', async () => {
    const to = await party();
    await disable(to);
    await remove(to);
    await gateway.settle('ended-queues');
    await gateway.settle('contact-notices');
    await gateway.deliver();
    const mails = await readMailFolder(`${gateway.config.database.dataDir}/mail`);
    expect(mails.filter(({ text }) => text.includes(to.subscription.id))).toEqual([]);
  });

  it('has no channel that could be enabled, not even at the very moment', async () => {
    const to = await party();
    const before = await headOf(gateway);
    const head = await lockHead(gateway.databaseUrl);
    const removing = remove(to);
    await untilSomeWait(gateway.dataSource, 1);
    const enabling = atChannel(to, 'enable');
    const rotating = atChannel(to, 'secret');
    await untilSomeWait(gateway.dataSource, 3);
    await head.release();
    expect((await removing).status).toBe(204);
    expect([(await enabling).status, (await rotating).status]).toEqual([404, 404]);
    expect((await eventsOf(gateway, before)).map(({ type }) => type)).toEqual([
      'tuatahi.subscription.deleted',
    ]);
  });
});

/** What writing down an outcome changes; all else goes into the history as it is. */
const CHANGED_BY_OUTCOME = [
  'status',
  'attempts',
  'counted_attempts',
  'next_attempt_at',
  'finished_at',
  'claim_id',
  'leased_until',
];

it('what is finished has all that it had in the queue', async () => {
  const to = await party();
  await queue(to);
  await gateway.dataSource.query(
    `UPDATE delivery_notification SET first_attempt_at = now(), transaction_id = 'some', replay_id = gen_random_uuid(),
       note = '{"head":"1"}', claim_id = gen_random_uuid(), leased_until = now() - interval '1 second'
     WHERE subscription_id = $1`,
    [to.subscription.id],
  );
  const before = await rowOf(to);
  expect(Object.entries(before).filter(([name, value]) => value === null && name !== 'finished_at')).toEqual(
    [],
  );
  await gateway.deliver();
  const after = await rowOf(to);
  expect(after['status']).toBe('sent');
  for (const name of CHANGED_BY_OUTCOME) delete before[name];
  expect(after).toMatchObject(before);
});

async function rowOf({ subscription }: Party): Promise<Record<string, unknown>> {
  const [row] = await gateway.dataSource.query<{ row: Record<string, unknown> }[]>(
    'SELECT to_jsonb(n) AS row FROM delivery_notification n WHERE subscription_id = $1',
    [subscription.id],
  );
  return row?.row ?? {};
}
