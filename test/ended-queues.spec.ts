import { ChannelWatch } from '../src/delivery/channel-watch.service';
import { EndedQueues } from '../src/delivery/ended-queues.consumer';
import { Expiry } from '../src/tuatahi/expiry.service';
import { FanOut } from '../src/tuatahi/fan-out.consumer';
import { activation, queueActivations } from './support/activations';
import { eventually } from './support/eventually';
import { expire } from './support/expire';
import { Gate } from './support/gate';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { notificationsOf } from './support/queue';
import { refuseRows } from './support/refuse-rows';
import { publish } from './support/source-events';
import { lockHead, untilSomeWait } from './support/table-lock';
import { WebhookReceiver } from './support/webhook-receiver';

/** Two replicas on one database. */
let one: Gateway;
let two: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  [one, receiver] = await Promise.all([startGateway(), WebhookReceiver.start()]);
  two = await startGateway({ databaseUrl: one.databaseUrl });
});
beforeEach(() => one.settle());
afterEach(async () => {
  jest.restoreAllMocks();
  receiver.reset();
  await one.settle();
  await one.deliver();
  await expectBalancedLedger(one.dataSource);
});
afterAll(async () => {
  await receiver.close();
  await two.close();
  await one.close();
});

const party = (webhook: object = {}): Promise<Party> =>
  newParty(one, { callbackUri: `${receiver.url}/hook`, ...webhook });
const queue = (to: Party, count = 1): Promise<void> => queueActivations(one, to.id, count);

async function statusesOf({ subscription }: Party): Promise<string[]> {
  const all = await notificationsOf(one.dataSource, subscription);
  // Without what its contacts are told.
  return all
    .filter(({ sequence }) => sequence !== null)
    .map(({ sequence, status }) => `${sequence} ${status}`);
}

const remove = ({ subscriber, subscription }: Party) =>
  subscriber.ask('DELETE', `/subscriptions/${subscription.id}`);
const disable = ({ channel }: Party) => one.app.get(ChannelWatch).disableGone(channel.id);
const end = ({ subscription }: Party) => expire(one, subscription.id);
const extend = ({ subscriber, subscription }: Party) =>
  subscriber.ask('PATCH', `/subscriptions/${subscription.id}`, { expiresOn: '2999-01-01' });
const enable = ({ subscriber, subscription, channel }: Party) =>
  subscriber.ask('POST', `/subscriptions/${subscription.id}/channels/${channel.id}/enable`);

const ENDS: [string, string, (to: Party) => Promise<unknown>][] = [
  ['a subscription is deleted', 'cancelled', remove],
  ['a channel is disabled', 'cancelled', disable],
  ['a subscription expires', 'expired', end],
];

describe('while a queue is emptied', () => {
  it.each(ENDS)('because %s, nobody else waits for it', async (_why, status, endIt) => {
    const [to, other] = [await party(), await party()];
    await queue(to, 3);
    // Somebody is just writing down what came of one of them.
    const writer = one.dataSource.createQueryRunner();
    await writer.startTransaction();
    await writer.query(
      `SELECT FROM delivery_notification WHERE subscription_id = $1 AND status = 'pending' AND sequence = 2
       FOR NO KEY UPDATE`,
      [to.subscription.id],
    );
    const ending = endIt(to);
    await eventually(
      'the others are gone',
      () => statusesOf(to),
      (statuses) => statuses.join() === `1 ${status},2 pending,3 ${status}`,
    );
    await publish(one, activation([to.id, other.id]));
    await one.settle('fan-out');
    expect(await statusesOf(other)).toEqual(['1 pending']);
    await writer.rollbackTransaction();
    await writer.release();
    await ending;
    await one.settle('ended-queues');
    const fourth = status === 'cancelled' && endIt === disable ? ['4 cancelled'] : [];
    expect(await statusesOf(to)).toEqual([`1 ${status}`, `2 ${status}`, `3 ${status}`, ...fourth]);
  });

  it.each([
    ['large', 2500, 0],
    ['so large that a part of it is left for later', 20_500, 500],
  ])('it may be %s', async (_how, size, left) => {
    const to = await party();
    await queue(to);
    await one.dataSource.query(
      `INSERT INTO delivery_notification (subscription_id, channel_id, party_id, position, event_type, sequence,
         endpoint, target, status, next_attempt_at)
       SELECT subscription_id, channel_id, party_id, position, event_type, n, endpoint, target, status, next_attempt_at
       FROM delivery_notification, generate_series(2, $2::int) n WHERE subscription_id = $1`,
      [to.subscription.id, size],
    );
    await one.dataSource.query('UPDATE tuatahi_subscription SET sequence = $2 WHERE id = $1', [
      to.subscription.id,
      size,
    ]);
    await disable(to);
    const pending = async (): Promise<number> =>
      (await statusesOf(to)).filter((text) => text.endsWith('pending')).length;
    expect(await pending()).toBe(left);
    await one.settle('ended-queues');
    expect(await pending()).toBe(0);
  });
});

describe('when a process dies before it has emptied a queue', () => {
  /** It is over as far as all others can see. */
  function dieBeforeEmptying(): void {
    jest.spyOn(one.app.get(EndedQueues), 'empty').mockResolvedValueOnce();
  }

  it.each(ENDS)('because %s, another does it', async (_why, status, endIt) => {
    const to = await party();
    await queue(to, 2);
    dieBeforeEmptying();
    await endIt(to);
    expect(await statusesOf(to)).toEqual(['1 pending', '2 pending']);
    await two.settle('ended-queues');
    expect(await statusesOf(to)).toEqual([`1 ${status}`, `2 ${status}`]);
  });

  it('nothing is lost that was queued after its owner had begun it anew', async () => {
    const [enabled, revived] = [await party(), await party()];
    dieBeforeEmptying();
    await disable(enabled);
    dieBeforeEmptying();
    await end(revived);
    expect([(await enable(enabled)).status, (await extend(revived)).status]).toEqual([204, 200]);
    await queue(enabled);
    await queue(revived);
    await two.settle('ended-queues');
    expect([await statusesOf(enabled), await statusesOf(revived)]).toEqual([['1 pending'], ['1 pending']]);
  });

  it('and when it can not empty it now, that is logged, and done later', async () => {
    const to = await party();
    await queue(to);
    await refuseRows(one, 'delivery_history', async () => {
      expect((await remove(to)).status).toBe(204);
    });
    expect(one.logs.filter(({ msg }) => msg === 'queues could not be emptied yet')).toMatchObject([
      { level: 'warn', channels: expect.arrayContaining([to.channel.id]) as string[] },
    ]);
    expect(await statusesOf(to)).toEqual(['1 pending']);
    await one.settle('ended-queues');
    expect(await statusesOf(to)).toEqual(['1 cancelled']);
  });
});

describe('a channel that is disabled while it is fanned out to', () => {
  it('has nothing queued when the fan-out was first', async () => {
    const to = await party();
    await one.settle();
    await publish(one, activation([to.id]));
    const gate = new Gate();
    const fanOut = one.app.get(FanOut);
    const handle = fanOut.handle.bind(fanOut);
    jest.spyOn(fanOut, 'handle').mockImplementationOnce(async (events, tx) => {
      await handle(events, tx);
      await gate.pass();
    });
    const fanningOut = one.settle('fan-out');
    await gate.reached;
    const disabling = disable(to);
    await untilSomeWait(one.dataSource, 1);
    gate.open();
    await Promise.all([fanningOut, disabling]);
    expect(await statusesOf(to)).toEqual(['1 cancelled']);
  });

  it('has nothing queued when the fan-out comes later', async () => {
    const to = await party();
    await one.settle();
    await publish(one, activation([to.id]));
    const head = await lockHead(one.databaseUrl);
    const disabling = disable(to);
    await untilSomeWait(one.dataSource, 1);
    const fanningOut = two.settle('fan-out');
    await untilSomeWait(one.dataSource, 2);
    await head.release();
    await Promise.all([fanningOut, disabling]);
    expect(await statusesOf(to)).toEqual(['1 cancelled']);
  });
});

it('whatever ends while it is delivered to by two replicas ends well', async () => {
  const all = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      party({ callbackUri: `${receiver.url}/${index}`, errorStrategy: 'retry' }),
    ),
  );
  // Every fifth fails, so that things stay in the queue.
  receiver.reply = ({ path, body }, response) =>
    response.writeHead((Number(path.slice(1)) + Number(body.eventId)) % 5 ? 200 : 500).end();
  await publish(one, ...Array.from({ length: 40 }, () => activation(all.map(({ id }) => id))));
  await one.settle('fan-out');
  const delivering = [one.deliver(), two.deliver()];
  await Promise.all(
    all.map(async (to, index) => {
      await ENDS[index % 4]?.[2](to);
    }),
  );
  await Promise.all(delivering);
  // Of those that came at the same time, one did the job.
  await one.app.get(Expiry).expireDue(new Date());
  await one.settle();
  for (const [index, to] of all.entries()) {
    const ended = ENDS[index % 4]?.[1] ?? 'pending';
    const statuses = await statusesOf(to);
    expect(statuses).toHaveLength(40);
    const notSent = statuses
      .map((text) => text.slice(text.indexOf(' ') + 1))
      .filter((status) => status !== 'sent');
    expect(new Set(notSent)).toEqual(new Set([ended]));
    expect(notSent.length).toBeGreaterThanOrEqual(8);
  }
});
