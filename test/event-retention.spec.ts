import type { EntityManager } from 'typeorm';
import { poolOf } from '../src/database/pool';
import { endWhenSilent } from '../src/database/silent-connections';
import { ConsumerRegistry } from '../src/events/consumer-registry';
import type { DurableConsumer } from '../src/events/durable-consumer';
import { EventLog } from '../src/events/event-log';
import { EventPartitions } from '../src/events/event-partitions.service';
import { rebuild } from '../src/events/rebuild';
import { Retention } from '../src/delivery/retention.service';
import { append } from './support/append';
import { activation, queueActivations } from './support/activations';
import { letDaysPass } from './support/days';
import { eventsOf, headOf } from './support/events';
import { failToDeliver } from './support/failed';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { cancelAllPending } from './support/queue';
import { publish } from './support/source-events';
import { WebhookReceiver } from './support/webhook-receiver';

const DAYS = 30;

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

/** Where the partitions of the event log begin. */
async function partitions(): Promise<number[]> {
  const rows = await gateway.dataSource.query<{ from: number }[]>(
    `SELECT substring(inhrelid::regclass::text FROM '\\d+$')::int AS "from" FROM pg_inherits
     WHERE inhparent = 'domain_event'::regclass ORDER BY 1`,
  );
  return rows.map(({ from }) => from);
}

/** Of the events that are there, or of the next one. */
async function firstPosition(): Promise<number> {
  return (await eventsOf(gateway))[0]?.position ?? (await headOf(gateway)) + 1;
}

/** Fills the partition that the log is in with events that concern nobody, so that what follows lies in the next. */
async function fillPartition(): Promise<void> {
  await gateway.app.get(EventPartitions).makeRoom();
  const head = await headOf(gateway);
  const next = (await partitions()).find((from) => from > head + 1) ?? 0;
  await append(gateway, ...Array.from({ length: next - 1 - head }, (_, n) => `filler-${n}`));
  await gateway.app.get(EventPartitions).makeRoom();
}

describe('the event log', () => {
  it('gets room before it is full, once, by two replicas, and has no gap', async () => {
    await append(gateway, 'first');
    const [one, last = 0, ...none] = await partitions();
    expect([one, none]).toEqual([1, []]);
    await gateway.app.get(EventPartitions).makeRoom();
    expect(await partitions()).toEqual([1, last]);
    // All are of today: when as many as half of them would still have room.
    const close = Math.floor((last * 2) / 3) - (await headOf(gateway));
    await append(gateway, ...Array.from({ length: close }, (_, n) => `more-${n}`));
    await gateway.app.get(EventPartitions).makeRoom();
    expect(await partitions()).toEqual([1, last]);

    await append(gateway, 'one more');
    await Promise.all([gateway, replica].map((each) => each.app.get(EventPartitions).makeRoom()));
    expect(await partitions()).toEqual([1, last, expect.any(Number)]);
    await append(gateway, ...Array.from({ length: last }, (_, n) => `beyond-${n}`));
    const positions = (await eventsOf(gateway)).map(({ position }) => position);
    expect(positions).toEqual(positions.map((_, index) => index + 1));
    expect(positions.length).toBeGreaterThan(last);
  });

  it('loses what is old and was read by all, a partition at a time; the younger part of it stays', async () => {
    await gateway.settle();
    await letDaysPass(gateway.dataSource, DAYS + 1);
    await append(gateway, 'young');
    const head = await headOf(gateway);
    const itsPartition = (await partitions()).findLast((from) => from <= head);
    await gateway.settle();
    await Promise.all([dropOld(), dropOld(replica)]);
    expect(await firstPosition()).toBe(itsPartition);
    expect((await eventsOf(gateway)).at(-1)?.subject).toBe('young');
    await dropOld();
    expect(await firstPosition()).toBe(itsPartition);
  });

  it('keeps what is younger than the retention', async () => {
    const first = await firstPosition();
    await fillPartition();
    await gateway.settle();
    await letDaysPass(gateway.dataSource, DAYS - 1);
    await dropOld();
    expect(await firstPosition()).toBe(first);
    await letDaysPass(gateway.dataSource, 2);
    await dropOld();
    expect(await firstPosition()).toBeGreaterThan(first);
  });

  it('keeps what one consumer has not read, and gives it up when it has', async () => {
    await fillPartition();
    const first = await firstPosition();
    const others = gateway.app
      .get(ConsumerRegistry)
      .all()
      .map(({ name }) => name)
      .filter((name) => name !== 'bus');
    await gateway.settle(...others);
    await letDaysPass(gateway.dataSource, DAYS + 1);
    await dropOld();
    expect(await firstPosition()).toBe(first);
    await gateway.settle('bus');
    await dropOld();
    expect(await firstPosition()).toBeGreaterThan(first);
  });

  it('keeps what is parked, until it was retried', async () => {
    await fillPartition();
    await gateway.settle();
    const first = await firstPosition();
    await gateway.dataSource.query(
      `INSERT INTO parked_event (consumer, position, type, error, attempts) VALUES ('bus', $1, 'x', 'x', 5)`,
      [first],
    );
    await letDaysPass(gateway.dataSource, DAYS + 1);
    await dropOld();
    expect(await firstPosition()).toBe(first);
    await gateway.dataSource.query('DELETE FROM parked_event');
    await dropOld();
    expect(await firstPosition()).toBeGreaterThan(first);
  });
});

describe('an event that is old', () => {
  it('stays while a notification of it is pending, which is delivered with its body', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id);
    await fillPartition();
    await gateway.settle();
    const first = await firstPosition();
    await letDaysPass(gateway.dataSource, DAYS + 10);
    await dropOld();
    expect(await firstPosition()).toBe(first);
    await gateway.deliver();
    expect(receiver.received.map(({ body }) => [body.eventId, body.message])).toEqual([
      ['1', { status: 'Success', error: false }],
    ]);
    // It has been finished only now, so it is in the log, and can be replayed.
    await dropOld();
    expect(await firstPosition()).toBe(first);
    await letDaysPass(gateway.dataSource, DAYS + 1);
    await dropOld();
    expect(await firstPosition()).toBeGreaterThan(first);
  });

  it('stays while a notification of it is in the log of the day on which it is over, though it is older', async () => {
    const party = await partyWithHook();
    await failToDeliver(gateway, receiver, activation([party.id]));
    await fillPartition();
    await gateway.settle();
    const first = await firstPosition();
    await letDaysPass(gateway.dataSource, DAYS);
    await gateway.dataSource.query(`UPDATE domain_event SET time = time - interval '1 day'`);
    await dropOld();
    expect(await firstPosition()).toBe(first);
  });
});

it('a replica that has not had its turn since learns of subscriptions all the same', async () => {
  const known = await partyWithHook();
  await queueActivations(gateway, known.id);
  const deleted = await partyWithHook();
  await queueActivations(gateway, deleted.id);
  const made = await partyWithHook();
  await deleted.subscriber.ask('DELETE', `/subscriptions/${deleted.subscription.id}`);
  await fillPartition();
  await replica.settle();
  await cancelAllPending(gateway.dataSource);
  await letDaysPass(gateway.dataSource, DAYS + 1);
  await dropOld();
  await publish(gateway, ...[known, deleted, made].map(({ id }) => activation([id])));
  await gateway.settle('fan-out');
  await gateway.deliver();
  expect(receiver.received.map(({ body }) => body.eventId).toSorted()).toEqual(['1', '2']);
});

it('what is built from the log is not built again from a part of it, nor from nothing', async () => {
  expect(await firstPosition()).toBeGreaterThan(1);
  const projector = gateway.app.get(ConsumerRegistry).named('spg-projector');
  if (!projector) throw new Error('there is no projector');
  const rebuilt = () => rebuild(gateway.dataSource, gateway.app.get(EventLog), projector);
  const refusal = '"spg-projector" can not be built from it any more';
  await expect(rebuilt()).rejects.toThrow(refusal);
  await gateway.dataSource.query('DELETE FROM domain_event');
  await expect(rebuilt()).rejects.toThrow(refusal);
});

it('what takes the database long is built again all the same', async () => {
  const empty = await startGateway();
  endWhenSilent(poolOf(empty.dataSource), 200);
  const slow = { name: 'slow', batchSize: 1, reset: (tx: EntityManager) => tx.query('SELECT pg_sleep(0.4)') };
  const rebuilt = rebuild(empty.dataSource, empty.app.get(EventLog), slow as unknown as DurableConsumer);
  expect(await rebuilt).toBe(0);
  await empty.close();
});
