import { randomUUID } from 'node:crypto';
import { claim } from '../src/delivery/claim';
import { connected } from './support/connected';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { type PartyWithFailures, partyWithFailures } from './support/failed';
import type { Party } from './support/party';
import { letTimePass } from './support/queue';
import { progressOf, replay, ReplayClock } from './support/replays';
import { onlyWebhook, Subscriber } from './support/subscriber';
import { lockTable, untilOneWaits } from './support/table-lock';
import { terminate } from './support/terminate';
import { WebhookReceiver } from './support/webhook-receiver';

const PER_SECOND = 4;
const ENV = { REPLAY_PER_SECOND: String(PER_SECOND), DATABASE_POOL_SIZE: '4' };

let first: Gateway;
let second: Gateway;
let receiver: WebhookReceiver;
let clock: ReplayClock;

beforeAll(async () => {
  [first, receiver] = await Promise.all([startGateway({ env: ENV }), WebhookReceiver.start()]);
  second = await startGateway({ env: ENV, databaseUrl: first.databaseUrl });
  clock = new ReplayClock(second);
});
beforeEach(() => receiver.reset());
afterEach(async () => {
  await clock.finish();
  await expectBalancedLedger(second.dataSource);
});
afterAll(async () => {
  await receiver.close();
  await second.close();
  await first.close();
});

function failures(count: number): Promise<PartyWithFailures> {
  return partyWithFailures(first, receiver, count);
}

async function start({ subscriber }: Party): Promise<string> {
  return (await replay(subscriber, { dryRun: false })).id;
}

/** That each of a replay has come once, and nothing else. */
function expectEachOnce(ids: readonly string[], replayId: string): void {
  const came = receiver.received.map(({ headers }) => String(headers['webhook-id']));
  expect(came.toSorted()).toEqual([...ids]);
  expect(new Set(receiver.received.map(({ headers }) => headers['x-karere-replay-id']))).toEqual(
    new Set([replayId]),
  );
}

describe('when a replica is killed', () => {
  it('in the middle of a step, another one goes on, and none goes out twice', async () => {
    const party = await failures(10);
    const id = await start(party);
    await clock.step(1000, first);
    await first.deliver();

    const lock = await lockTable(first.databaseUrl, 'delivery_channel');
    const step = clock.step(1000, first);
    await untilOneWaits(second.dataSource);
    // It has settled what was sent, and has its eye on the next; nothing of that is committed.
    await Promise.all([
      expect(step).rejects.toThrow('terminating connection'),
      terminate(second.dataSource, `wait_event_type = 'Lock'`),
    ]);
    await lock.release();
    expect(await progressOf(party.subscriber, id)).toMatchObject({ waiting: 6, queued: 4, sent: 0 });

    await clock.finish();
    expectEachOnce(party.ids, id);
    expect(await progressOf(party.subscriber, id)).toMatchObject({ state: 'done', sent: 10 });
  });

  it('with deliveries in its hands, these are another one’s when their lease is over, and no sooner', async () => {
    const party = await failures(4);
    const id = await start(party);
    await clock.step(1000, first);
    const { claimed } = await claim(first.dataSource, {
      limit: 2,
      slotsPerEndpoint: 2,
      freeSlots: new Map(),
      replayLanes: 1,
      claimId: randomUUID(),
      leaseMs: 60_000,
      after: '',
    });
    expect(claimed.map(({ replay_id: replayId }) => replayId)).toEqual([id, id]);

    await second.deliver();
    expect(receiver.received).toHaveLength(2);
    await letTimePass(second.dataSource, 60_001);
    await clock.finish();
    expectEachOnce(party.ids, id);
  });
});

describe('two replicas', () => {
  it('together queue no more than the one would', async () => {
    const party = await failures(PER_SECOND * 3);
    const id = await start(party);
    for (const afterMs of [1000, 0, 100, 100]) {
      await clock.step(afterMs, first);
      await clock.step(0, second);
    }
    expect(await progressOf(party.subscriber, id)).toMatchObject({
      queued: PER_SECOND,
      waiting: PER_SECOND * 2,
    });
    await Promise.all([clock.step(1000, first), clock.step(0, second)]);
    expect(await progressOf(party.subscriber, id)).toMatchObject({
      queued: PER_SECOND * 2,
      waiting: PER_SECOND,
    });
  });

  it('that move and cancel the same at the same time lose none and queue none twice', async () => {
    for (let round = 0; round < 3; round += 1) {
      const party = await failures(PER_SECOND + 2);
      const id = await start(party);
      await Promise.all([
        clock.step(1000, first),
        party.subscriber.ask('DELETE', `/replays/${id}`),
        clock.step(1000, second),
      ]);
      const { queued, cancelled, waiting, errored } = await progressOf(party.subscriber, id);
      expect([queued + cancelled, waiting, errored]).toEqual([6, 0, 0]);
      receiver.reset();
      await second.deliver();
      expect(receiver.received).toHaveLength(queued);
    }
  });

  it('have no more than a thousand in the queue at once', async () => {
    const fast = await startGateway({
      env: { REPLAY_PER_SECOND: '10000', REPLAY_MAX_LIMIT: '5000' },
      databaseUrl: first.databaseUrl,
    });
    const party = await failures(1);
    // As if there had been so many more.
    await first.dataSource.query(
      `INSERT INTO delivery_notification (subscription_id, channel_id, party_id, position, event_type, endpoint,
         target, status, finished_at, sequence)
       SELECT subscription_id, channel_id, party_id, position, event_type, endpoint, target, status, finished_at, n
       FROM delivery_notification, generate_series(2, 1010) n WHERE id = $1`,
      [party.ids[0]],
    );
    await first.dataSource.query('UPDATE tuatahi_subscription SET sequence = 1010 WHERE id = $1', [
      party.subscription.id,
    ]);
    const subscriber = new Subscriber(fast, party.id);
    const { id } = await replay(subscriber, { limit: 5000, dryRun: false });
    const wholes = new ReplayClock(fast);
    await wholes.step();
    await wholes.step();
    expect(await progressOf(subscriber, id)).toMatchObject({ matched: 1010, queued: 1000, waiting: 10 });
    await finishQueued(3);
    await wholes.step();
    expect(await progressOf(subscriber, id)).toMatchObject({ queued: 1000, waiting: 7, sent: 3 });
    await finishQueued(1000);
    await wholes.step();
    await finishQueued(1000);
    await wholes.step();
    expect(await progressOf(subscriber, id)).toMatchObject({ state: 'done', sent: 1010 });
    await fast.close();
  });

  /** As if the oldest in the queue had been delivered. */
  async function finishQueued(count: number): Promise<void> {
    await first.dataSource.query(
      `UPDATE delivery_notification SET status = 'sent', finished_at = now(), next_attempt_at = NULL
       WHERE status = 'pending' AND id = ANY(ARRAY(SELECT id FROM delivery_queue ORDER BY id LIMIT $1))`,
      [count],
    );
  }
});

it('a channel that is being disabled while its notifications are moved delivers none of them', async () => {
  const party = await failures(2);
  const id = await start(party);
  const channelId = onlyWebhook(party.subscription).id;
  const client = await connected(first.databaseUrl);
  await client.query('BEGIN');
  await client.query(`UPDATE delivery_channel SET state = 'disabled' WHERE id = $1`, [channelId]);
  const step = clock.step(1000, first);
  await untilOneWaits(second.dataSource);
  await client.query('COMMIT');
  await client.end();
  await step;
  expect(await progressOf(party.subscriber, id)).toMatchObject({ queued: 0, errored: 2 });
  await second.deliver();
  expect(receiver.received).toEqual([]);
});
