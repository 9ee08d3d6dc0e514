import { Ledger } from '../src/tuatahi/ledger.service';
import { SelfCheck } from '../src/tuatahi/self-check.service';
import { activation, queueActivations } from './support/activations';
import { connected } from './support/connected';
import { expire } from './support/expire';
import { failToDeliver } from './support/failed';
import { type Gateway, startGateway } from './support/gateway';
import { read } from './support/http';
import { metricOf } from './support/metrics';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { cancelAllPending, letTimePass } from './support/queue';
import { rowCounts } from './support/rows';
import { Subscriber } from './support/subscriber';
import { untilOneWaits } from './support/table-lock';
import { WebhookReceiver } from './support/webhook-receiver';

const UNBALANCED = 'karere_ledger_unbalanced_subscriptions';
const OVERDUE = 'karere_delivery_overdue_seconds';
const MINUTE = 60_000;

let gateway: Gateway;
let replica: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([startGateway(), WebhookReceiver.start()]);
  replica = await startGateway({ databaseUrl: gateway.databaseUrl });
});
beforeEach(() => {
  receiver.reset();
  for (const { logs } of [gateway, replica]) logs.length = 0;
});
afterEach(async () => {
  // Nothing of one test is due in the next one.
  await cancelAllPending(gateway.dataSource);
  await expectBalancedLedger(gateway.dataSource);
});
afterAll(async () => {
  await receiver.close();
  await replica.close();
  await gateway.close();
});

interface Counts {
  readonly matched: number;
  readonly balanced: boolean;
}

function partyWithHook(more: object = {}): Promise<Party> {
  return newParty(gateway, { callbackUri: `${receiver.url}/hook` }, more);
}

async function ledgerOf(
  subscriber: Subscriber,
  query = '',
): Promise<{ total: Counts; subscriptions: Counts[] }> {
  const { status, body } = await subscriber.ask('GET', `/ledger${query}`);
  expect(status).toBe(200);
  return body as never;
}

function counts(some: object): object {
  return { matched: 0, sent: 0, fail: 0, pending: 0, expired: 0, cancelled: 0, balanced: true, ...some };
}

describe('GET /tuatahi/ledger', () => {
  it('counts what became of all that was matched, by subscription and together', async () => {
    const notificationChannels = {
      webhook: [{ callbackUri: `${receiver.url}/hook` }],
      email: [{ email: 'one@example.co.nz' }, { email: 'two@example.co.nz' }],
    };
    const party = await partyWithHook({ notificationChannels });
    const other = await party.subscriber.subscribe({
      eventType: 'ONTActivation',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: { webhook: [{ callbackUri: `${receiver.url}/other` }] },
    });
    await failToDeliver(gateway, receiver, activation([party.id]));
    await queueActivations(gateway, party.id, 2);
    await gateway.deliver();
    await party.subscriber.ask('DELETE', `/subscriptions/${other.id}`);
    await queueActivations(gateway, party.id);
    expect(await ledgerOf(party.subscriber)).toEqual({
      total: counts({ matched: 15, sent: 10, fail: 2, pending: 3 }),
      subscriptions: [
        { subscriptionId: party.subscription.id, ...counts({ matched: 12, sent: 8, fail: 1, pending: 3 }) },
        { subscriptionId: other.id, ...counts({ matched: 3, sent: 2, fail: 1 }) },
      ].toSorted((a, b) => (a.subscriptionId < b.subscriptionId ? -1 : 1)),
    });
  });

  it('counts what was cancelled and what has expired', async () => {
    const [deleted, expired] = [await partyWithHook(), await partyWithHook()];
    for (const { id } of [deleted, expired]) await queueActivations(gateway, id, 2);
    await deleted.subscriber.ask('DELETE', `/subscriptions/${deleted.subscription.id}`);
    await expire(gateway, expired.subscription.id);
    expect((await ledgerOf(deleted.subscriber)).total).toEqual(counts({ matched: 2, cancelled: 2 }));
    expect((await ledgerOf(expired.subscriber)).total).toEqual(counts({ matched: 2, expired: 2 }));
  });

  it('is empty for a party without subscriptions', async () => {
    const ledger = await ledgerOf(new Subscriber(gateway, 'nobody'));
    expect(ledger).toEqual({ total: counts({}), subscriptions: [] });
  });

  it('shows a party its own, and those of all to an admin who asks for them', async () => {
    const [one, two] = [await partyWithHook(), await partyWithHook()];
    for (const { id } of [one, two]) await queueActivations(gateway, id);
    const idsOf = async (who: Subscriber, query = ''): Promise<unknown[]> =>
      (await ledgerOf(who, query)).subscriptions.map((row) => (row as never)['subscriptionId']);
    expect(await idsOf(one.subscriber)).toEqual([one.subscription.id]);
    const admin = new Subscriber(gateway, one.id, 'notifications:admin');
    expect(await idsOf(admin)).toEqual([one.subscription.id]);
    expect(await idsOf(admin, '?all=true')).toEqual(
      expect.arrayContaining([one.subscription.id, two.subscription.id]),
    );
  });

  it('refuses those of all to others, words that it does not know, and who has no token', async () => {
    const { subscriber } = await partyWithHook();
    expect(await subscriber.ask('GET', '/ledger?all=true')).toMatchObject({
      status: 403,
      body: { status: 403, detail: 'The ledger of all parties needs the scope "notifications:admin".' },
    });
    expect((await subscriber.ask('GET', '/ledger?all=yes')).status).toBe(400);
    const answer = await read(gateway, '/tuatahi/ledger', { headers: { authorization: '' } });
    expect(answer.status).toBe(401);
  });

  it('is of one instant, however much is matched meanwhile, and writes nothing', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id, 3);
    const before = await rowCounts(gateway.dataSource);
    await ledgerOf(party.subscriber);
    expect(await rowCounts(gateway.dataSource)).toEqual(before);

    const looks: Promise<{ total: Counts }>[] = [];
    for (let n = 0; n < 8; n += 1) {
      looks.push(ledgerOf(party.subscriber), ledgerOf(party.subscriber));
      await queueActivations(gateway, party.id, 2);
      await gateway.deliver();
    }
    for (const { total } of await Promise.all(looks)) expect(total.balanced).toBe(true);
    expect((await ledgerOf(party.subscriber)).total).toEqual(counts({ matched: 19, sent: 19 }));
  });
});

describe('the self-check', () => {
  /** @param afterMs of the clock; none has looked at the ledger of late */
  const look = async (who = gateway, afterMs = 0): Promise<void> => {
    await gateway.dataSource.query('DELETE FROM tuatahi_ledger_look');
    await who.app.get(SelfCheck).look(new Date(Date.now() + afterMs));
  };
  const errors = (who = gateway): unknown[] => who.logs.filter(({ level }) => level === 'error');
  const tamper = (sql: string, id: string): Promise<unknown> => gateway.dataSource.query(sql, [id]);

  it('says nothing when all adds up and moves', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id, 2);
    await gateway.deliver();
    await look();
    expect(errors()).toEqual([]);
    expect([await metricOf(gateway, UNBALANCED), await metricOf(gateway, OVERDUE)]).toEqual([0, 0]);
  });

  it('says when it was made', async () => {
    const before = Date.now() / 1000;
    await look();
    expect(await metricOf(gateway, 'karere_self_check_timestamp_seconds')).toBeGreaterThanOrEqual(before);
  });

  it('says which subscription lacks a notification, and is content when it is there again', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id, 3);
    await gateway.deliver();
    const { id } = party.subscription;
    await gateway.dataSource.query(
      `CREATE TABLE taken AS SELECT * FROM delivery_notification WHERE subscription_id = '${id}' AND sequence = 2`,
    );
    await tamper('DELETE FROM delivery_notification WHERE subscription_id = $1 AND sequence = 2', id);
    await look();
    expect(errors()).toEqual([
      expect.objectContaining({
        msg: 'the ledger does not add up',
        ledger: { subscriptionId: id, ...counts({ matched: 3, sent: 2, balanced: false }) },
      }),
    ]);
    expect(await metricOf(gateway, UNBALANCED)).toBe(1);
    const { total, subscriptions } = await ledgerOf(party.subscriber);
    expect([total.balanced, subscriptions.map(({ balanced }) => balanced)]).toEqual([false, [false]]);

    await gateway.dataSource.query('INSERT INTO delivery_notification SELECT * FROM taken');
    await look();
    expect(errors()).toHaveLength(1);
    expect(await metricOf(gateway, UNBALANCED)).toBe(0);
  });

  it('also finds one that is there twice', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id);
    const { id } = party.subscription;
    await tamper('UPDATE tuatahi_subscription SET sequence = 0 WHERE id = $1', id);
    await look();
    expect(errors()).toHaveLength(1);
    expect(await metricOf(gateway, UNBALANCED)).toBe(1);
    await tamper('UPDATE tuatahi_subscription SET sequence = 1 WHERE id = $1', id);
  });

  it('alerts when something is due for twenty minutes and nothing moves', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id);
    await look(gateway, 19 * MINUTE);
    expect(errors()).toEqual([]);
    expect(await metricOf(gateway, OVERDUE)).toBeCloseTo(19 * 60, -1);
    await look(gateway, 21 * MINUTE);
    expect(errors()).toEqual([
      expect.objectContaining({ msg: 'notifications are due and nothing moves them' }),
    ]);
    expect(await metricOf(gateway, OVERDUE)).toBeCloseTo(21 * 60, -1);
  });

  it('does not when a receiver is away and its queue waits, but is tried now and then', async () => {
    const party = await partyWithHook({
      notificationChannels: { webhook: [{ callbackUri: `${receiver.url}/away`, errorStrategy: 'retry' }] },
    });
    receiver.answer(500);
    await queueActivations(gateway, party.id, 40);
    await letTimePass(gateway.dataSource, 30 * MINUTE);
    await gateway.deliver();
    const [row] = await gateway.dataSource.query<{ waiting: number }[]>(
      `SELECT count(*)::int AS waiting FROM delivery_notification
       WHERE status = 'pending' AND next_attempt_at < now() - interval '25 min'`,
    );
    expect(row?.waiting).toBeGreaterThan(0);
    await look();
    expect(errors()).toEqual([]);
    await look(gateway, 21 * MINUTE);
    expect(errors()).toHaveLength(1);
  });

  it('does not of what is to be tried later', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id);
    await letTimePass(gateway.dataSource, -60 * MINUTE);
    await look(gateway, 30 * MINUTE);
    expect(errors()).toEqual([]);
    expect(await metricOf(gateway, OVERDUE)).toBe(0);
  });

  it('is made by one replica, when two are at it at the same time', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id);
    await tamper('UPDATE tuatahi_subscription SET sequence = 5 WHERE id = $1', party.subscription.id);
    const client = await connected(gateway.databaseUrl);
    await client.query('BEGIN; LOCK TABLE delivery_channel IN ACCESS EXCLUSIVE MODE');
    const first = look();
    await untilOneWaits(gateway.dataSource);
    // … however long the first one takes.
    await look(replica);
    expect(errors(replica)).toEqual([]);
    await client.end();
    await first;
    expect(errors()).toHaveLength(1);
    await look(replica);
    expect(errors(replica)).toHaveLength(1);
    await tamper('UPDATE tuatahi_subscription SET sequence = 1 WHERE id = $1', party.subscription.id);
  });

  it('counts the ledger once in an interval, whichever replicas look; the last one says how it is', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id);
    await tamper('UPDATE tuatahi_subscription SET sequence = 5 WHERE id = $1', party.subscription.id);
    const at = Date.now();
    const lookAt = ({ app }: Gateway, minutes: number): Promise<void> =>
      app.get(SelfCheck).look(new Date(at + minutes * MINUTE));
    await gateway.dataSource.query('DELETE FROM tuatahi_ledger_look');
    await lookAt(gateway, 0);
    await lookAt(replica, 2);
    expect([errors(), errors(replica)]).toMatchObject([[{}], []]);
    await lookAt(gateway, 5);
    await lookAt(replica, 7);
    expect([errors(), errors(replica)]).toMatchObject([[{}, {}], []]);
    await lookAt(replica, 10);
    expect(errors(replica)).toHaveLength(1);
    await lookAt(gateway, 11);
    expect(errors()).toHaveLength(2);
    expect(await metricOf(replica, UNBALANCED)).toBe(1);
    expect(await metricOf(gateway, UNBALANCED)).toBeUndefined();
    // By a clock that was wrong.
    await gateway.dataSource.query(`UPDATE tuatahi_ledger_look SET begun_at = now() + interval '1 year'`);
    await lookAt(gateway, 12);
    expect(errors()).toHaveLength(3);
    await tamper('UPDATE tuatahi_subscription SET sequence = 1 WHERE id = $1', party.subscription.id);
  });

  it('looks at the queue also when the ledger can not be counted', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id);
    const counting = jest
      .spyOn(gateway.app.get(Ledger), 'unbalanced')
      .mockRejectedValue(new Error('it takes too long'));
    await expect(look(gateway, 21 * MINUTE)).rejects.toThrow('it takes too long');
    counting.mockRestore();
    expect(errors()).toMatchObject([{ msg: 'notifications are due and nothing moves them' }]);
  });
});
