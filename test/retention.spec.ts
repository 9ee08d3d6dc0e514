import { Client } from 'pg';
import { Retention } from '../src/delivery/retention.service';
import { activation, queueActivations } from './support/activations';
import { connected } from './support/connected';
import { dayFromNow, keptDays, letDaysPass } from './support/days';
import { failToDeliver, partyWithFailures } from './support/failed';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { progressOf, replay, ReplayClock } from './support/replays';
import { lockTable, untilOneWaits } from './support/table-lock';
import { WebhookReceiver } from './support/webhook-receiver';

const DAYS = 30;
const DAYS_AHEAD = [0, 1, 2, 3, 4, 5, 6, 7];

let gateway: Gateway;
let replica: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  const env = { RETENTION_DAYS: String(DAYS) };
  [gateway, receiver] = await Promise.all([startGateway({ env }), WebhookReceiver.start()]);
  replica = await startGateway({ env, databaseUrl: gateway.databaseUrl });
});
beforeEach(() => receiver.reset());
afterEach(() => expectBalancedLedger(gateway.dataSource));
afterAll(async () => {
  await receiver.close();
  await replica.close();
  await gateway.close();
});

function partyWithHook(): Promise<Party> {
  return newParty(gateway, { callbackUri: `${receiver.url}/hook` });
}

function dropOld(who = gateway): Promise<void> {
  return who.app.get(Retention).dropOld(new Date());
}

async function deliverTo({ id }: Party, count: number): Promise<void> {
  await queueActivations(gateway, id, count);
  await gateway.deliver();
}

async function headOf({ subscriber, subscription }: Party): Promise<unknown> {
  return (await subscriber.ask('GET', `/subscriptions/${subscription.id}/sequence`)).body;
}

async function totalOf({ subscriber }: Party): Promise<unknown> {
  return (await subscriber.ask('GET', '/ledger')).body['total'];
}

async function loggedOf({ subscriber }: Party): Promise<string[]> {
  const { body } = await subscriber.ask('GET', '/notifications');
  return (body['items'] as { eventId: string }[]).map(({ eventId }) => eventId);
}

async function rowsOf(table: string): Promise<number> {
  const [row] = await gateway.dataSource.query<{ rows: number }[]>(
    `SELECT count(*)::int AS rows FROM ${table}`,
  );
  return row?.rows ?? 0;
}

describe('what is older than the retention', () => {
  it('goes with its day, attempts too; what is younger stays, and the numbers and the ledger go on', async () => {
    const party = await partyWithHook();
    await failToDeliver(gateway, receiver, activation([party.id]));
    await deliverTo(party, 2);
    await letDaysPass(gateway.dataSource, DAYS + 1);
    await deliverTo(party, 2);
    await dropOld();

    expect(await keptDays(gateway.dataSource)).not.toContain(dayFromNow(-DAYS - 1));
    expect(await keptDays(gateway.dataSource, 'delivery_attempt')).not.toContain(dayFromNow(-DAYS - 1));
    expect(await loggedOf(party)).toEqual(['5', '4']);
    expect(await rowsOf('delivery_attempt')).toBe(2);
    expect(await headOf(party)).toEqual({ head: '5', ranges: [{ from: '4', to: '5', status: 'sent' }] });
    expect(await totalOf(party)).toMatchObject({ matched: 5, sent: 4, fail: 1, balanced: true });
    await deliverTo(party, 1);
    expect(receiver.received.at(-1)?.body.eventId).toBe('6');
  });

  it('stays through the day on which its time is over, and goes on the next one', async () => {
    const party = await partyWithHook();
    await deliverTo(party, 1);
    await letDaysPass(gateway.dataSource, DAYS);
    await dropOld();
    expect(await loggedOf(party)).toEqual(['1']);
    await letDaysPass(gateway.dataSource, 1);
    await dropOld();
    expect(await loggedOf(party)).toEqual([]);
  });

  it('stays as long as it is pending, and then until its time is over again', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id);
    await letDaysPass(gateway.dataSource, DAYS + 1);
    await dropOld();
    await gateway.deliver();
    expect(receiver.received.map(({ body }) => [body.eventId, body.message])).toEqual([
      ['1', { status: 'Success', error: false }],
    ]);
    await dropOld();
    const { results } = await replay(party.subscriber, { status: 'sent', dryRun: false });
    expect(results.notifications).toHaveLength(1);
    await new ReplayClock(gateway).finish();
    expect(receiver.received.map(({ body }) => body.eventId)).toEqual(['1', '1']);
    await letDaysPass(gateway.dataSource, DAYS + 1);
    await dropOld();
    expect(await loggedOf(party)).toEqual([]);
    expect(await rowsOf('delivery_attempt')).toBe(0);
    expect(await totalOf(party)).toMatchObject({ matched: 1, sent: 1, balanced: true });
  });

  it('ends a replay that has not come to it, as errored', async () => {
    const party = await partyWithFailures(gateway, receiver, 2);
    const { id } = await replay(party.subscriber, { dryRun: false });
    await letDaysPass(gateway.dataSource, DAYS + 1);
    await dropOld();
    await new ReplayClock(gateway).finish();
    expect(await progressOf(party.subscriber, id)).toMatchObject({ state: 'done', sent: 0, errored: 2 });
    expect(receiver.received).toEqual([]);
    await letDaysPass(gateway.dataSource, DAYS + 1);
    await dropOld();
    expect((await party.subscriber.ask('GET', `/replays/${id}`)).status).toBe(404);
    expect(await rowsOf('delivery_replay_item')).toBe(0);
  });

  it('is counted once, when two replicas take it away at the same time', async () => {
    const party = await partyWithHook();
    await deliverTo(party, 5);
    await letDaysPass(gateway.dataSource, DAYS + 2);
    await deliverTo(party, 5);
    await letDaysPass(gateway.dataSource, DAYS + 1);
    // Who gets a lock too late gives way.
    await Promise.allSettled([dropOld(), dropOld(replica), dropOld(), dropOld(replica)]);
    expect(await totalOf(party)).toMatchObject({ matched: 10, sent: 10, balanced: true });
    await dropOld(); // each may have left a day to another one
    expect(await totalOf(party)).toMatchObject({ matched: 10, sent: 10, balanced: true });
    expect(await loggedOf(party)).toEqual([]);
  });
});

describe('who takes away what is old', () => {
  /** Somebody who reads for long. */
  async function reader(): Promise<Client> {
    const client = await connected(gateway.databaseUrl);
    await client.query('BEGIN; SELECT FROM delivery_history LIMIT 1; SELECT FROM delivery_attempt LIMIT 1');
    return client;
  }

  it('gives way to who reads, so that deliveries do not wait for long', async () => {
    const party = await partyWithHook();
    await deliverTo(party, 1);
    await letDaysPass(gateway.dataSource, DAYS + 1);
    await queueActivations(gateway, party.id, 5);
    const client = await reader();
    const dropped = dropOld().catch(String);
    await untilOneWaits(gateway.dataSource);
    // The reader has not ended.
    await gateway.deliver();
    expect(receiver.received).toHaveLength(6);
    expect(await dropped).toMatch('lock timeout');
    expect(await loggedOf(party)).toHaveLength(6);
    await client.end();
    await dropOld();
    expect(await loggedOf(party)).toHaveLength(5);
  });

  it('takes nothing from a ledger that is just being counted', async () => {
    const party = await partyWithHook();
    await deliverTo(party, 3);
    await letDaysPass(gateway.dataSource, DAYS + 1);
    const lock = await lockTable(gateway.databaseUrl, 'tuatahi_subscription');
    const total = totalOf(party);
    await untilOneWaits(gateway.dataSource);
    await expect(dropOld()).rejects.toThrow('lock timeout');
    await lock.release();
    expect(await total).toMatchObject({ matched: 3, sent: 3, balanced: true });
    await dropOld();
    expect(await totalOf(party)).toMatchObject({ matched: 3, sent: 3, balanced: true });
  });
});

describe('room for the days to come', () => {
  const TABLES = ['delivery_history', 'delivery_attempt'];

  async function takeRoom(...days: readonly number[]): Promise<void> {
    for (const table of TABLES) {
      for (const day of days) await gateway.dataSource.query(`DROP TABLE ${table}_${dayFromNow(day)}`);
    }
  }

  /** Of which days there is some, of those to come. */
  async function room(): Promise<string[][]> {
    const kept = await Promise.all(TABLES.map((table) => keptDays(gateway.dataSource, table)));
    return kept.map((days) => days.filter((day) => day >= dayFromNow(0)));
  }

  it('is made again where it lacks, once, by two replicas that are at it at the same time', async () => {
    await takeRoom(2, 5);
    await Promise.all([gateway, replica, gateway, replica].map((each) => each.app.get(Retention).makeRoom()));
    const days = DAYS_AHEAD.map(dayFromNow);
    expect(await room()).toEqual([days, days]);
  });

  it('is not needed: what has none is delivered, and taken away again, and the next days get theirs', async () => {
    await takeRoom(0, 1);
    const party = await partyWithHook();
    await deliverTo(party, 1);
    expect(await loggedOf(party)).toEqual(['1']);
    await gateway.app.get(Retention).makeRoom();
    const days = DAYS_AHEAD.slice(1).map(dayFromNow);
    expect(await room()).toEqual([days, days]);

    await gateway.dataSource.query(
      `UPDATE delivery_history_rest SET finished_at = finished_at - $1 * interval '1 day'`,
      [DAYS + 1],
    );
    await gateway.dataSource.query(`UPDATE delivery_attempt_rest SET at = at - $1 * interval '1 day'`, [
      DAYS + 1,
    ]);
    await dropOld();
    expect(await loggedOf(party)).toEqual([]);
    expect(await totalOf(party)).toMatchObject({ matched: 1, sent: 1, balanced: true });
    await gateway.app.get(Retention).makeRoom();
    expect(await room()).toEqual([DAYS_AHEAD.map(dayFromNow), DAYS_AHEAD.map(dayFromNow)]);
  });
});
