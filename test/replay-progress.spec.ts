import { randomUUID } from 'node:crypto';
import { ChannelWatch } from '../src/delivery/channel-watch.service';
import { activation } from './support/activations';
import { eventsOf, headOf } from './support/events';
import { expire } from './support/expire';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { type PartyWithFailures, partyWithFailures } from './support/failed';
import type { Party } from './support/party';
import { expectProblem } from './support/problem';
import { notificationsOf } from './support/queue';
import { askForReplay, idsOf, progressOf, replay, ReplayClock, type ReplayProgress } from './support/replays';
import { publish } from './support/source-events';
import { onlyWebhook, subscriptionTo } from './support/subscriber';
import { WebhookReceiver } from './support/webhook-receiver';

const PER_SECOND = 4;

let gateway: Gateway;
let receiver: WebhookReceiver;
let clock: ReplayClock;

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([
    startGateway({ env: { REPLAY_PER_SECOND: String(PER_SECOND) } }),
    WebhookReceiver.start(),
  ]);
  clock = new ReplayClock(gateway);
});
beforeEach(() => receiver.reset());
afterEach(async () => {
  await clock.finish();
  await expectBalancedLedger(gateway.dataSource);
});
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

function failures(count: number): Promise<PartyWithFailures> {
  return partyWithFailures(gateway, receiver, count);
}

/** How many are in each state. */
function countsOf({ state, matched, waiting, queued, sent, errored, cancelled }: ReplayProgress): object {
  return { state, matched, waiting, queued, sent, errored, cancelled };
}

const NOTHING = { waiting: 0, queued: 0, sent: 0, errored: 0, cancelled: 0 };

/** Starts a replay of all that has failed. @returns its id */
async function start({ subscriber }: Party): Promise<string> {
  return (await replay(subscriber, { dryRun: false })).id;
}

describe('progress', () => {
  it('is shown from the start to the end', async () => {
    const party = await failures(PER_SECOND * 2 + 1);
    const { subscriber } = party;
    const id = await start(party);
    const running = { ...NOTHING, state: 'running', matched: 9 };
    const first = await progressOf(subscriber, id);
    expect(countsOf(first)).toEqual({ ...running, waiting: 9 });
    expect(first).toMatchObject({ id, ratePerSecond: 0 });
    expect(first).not.toHaveProperty('estimatedEndAt');

    await clock.step();
    expect(countsOf(await progressOf(subscriber, id))).toEqual({ ...running, waiting: 5, queued: 4 });
    await gateway.deliver();
    await clock.step();
    const second = await progressOf(subscriber, id);
    expect(countsOf(second)).toEqual({ ...running, waiting: 1, queued: 4, sent: 4 });
    expect(second.ratePerSecond).toBeGreaterThan(0);
    expect(second).not.toHaveProperty('finishedAt');
    // In as long again, and a quarter more, as the first four have taken.
    const { createdAt, estimatedEndAt = '' } = second;
    expect(Date.parse(estimatedEndAt)).toBeGreaterThan(Date.now());
    const [goneBy, all] = [Date.now(), Date.parse(estimatedEndAt)].map((ms) => ms - Date.parse(createdAt));
    expect((all ?? 0) / (goneBy ?? 1)).toBeCloseTo(9 / 4, 0);

    await clock.finish();
    const last = await progressOf(subscriber, id);
    expect(countsOf(last)).toEqual({ ...NOTHING, state: 'done', matched: 9, sent: 9 });
    expect(last).not.toHaveProperty('estimatedEndAt');
    expect(Date.parse(last.finishedAt ?? '')).toBeGreaterThan(Date.parse(createdAt));
  });

  it('shows the request as it was answered', async () => {
    const { subscriber } = await failures(0);
    const { id, request } = await replay(subscriber, { dryRun: false, limit: 7 });
    expect(await progressOf(subscriber, id)).toMatchObject({ request });
  });

  it('counts what fails again as errored, and it can be replayed once more', async () => {
    const party = await failures(2);
    receiver.reply = ({ body }, response) => {
      response.writeHead(body.eventId === '1' ? 404 : 200).end();
    };
    const id = await start(party);
    await clock.finish();
    expect(countsOf(await progressOf(party.subscriber, id))).toEqual({
      ...NOTHING,
      state: 'done',
      matched: 2,
      sent: 1,
      errored: 1,
    });
    expect(await notificationsOf(gateway.dataSource, party.subscription)).toMatchObject([
      { status: 'fail', attempts: 2, countedAttempts: 1 },
      { status: 'sent', attempts: 2, countedAttempts: 1 },
    ]);
    expect(idsOf(await replay(party.subscriber))).toEqual(party.ids.slice(0, 1));
  });

  it('is nobody else’s business', async () => {
    const [party, other] = [await failures(1), await failures(0)];
    const id = await start(party);
    expectProblem(await other.subscriber.ask('GET', `/replays/${id}`), '404 unknown-replay');
    expectProblem(await other.subscriber.ask('DELETE', `/replays/${id}`), '404 unknown-replay');
    expect(await progressOf(party.subscriber, id)).toMatchObject({ state: 'running' });
    expectProblem(await party.subscriber.ask('GET', `/replays/${randomUUID()}`), '404 unknown-replay');
  });
});

describe('the end of a replay is an event', () => {
  async function completions(after: number): Promise<object[]> {
    const events = await eventsOf(gateway, after);
    return events.filter(({ type }) => type === 'tuatahi.replay.completed');
  }

  it('with what came of it, for the party that asked', async () => {
    const party = await failures(3);
    const [second] = party.ids.slice(1);
    await gateway.dataSource.query(
      'UPDATE delivery_notification SET channel_id = $2 WHERE id = $1',
      await disabledChannel(second),
    );
    const head = await headOf(gateway);
    const id = await start(party);
    await clock.finish();
    const data = { replayId: id, partyId: party.id, matched: 3, sent: 2, errored: 1 };
    expect(await completions(head)).toMatchObject([{ subject: id, partyIds: [party.id], data }]);
    // Once.
    await clock.step();
    expect(await completions(head)).toHaveLength(1);
  });

  /** As parameters: a notification, and a channel that delivers nothing. */
  async function disabledChannel(id: string | undefined): Promise<unknown[]> {
    const { subscription } = await failures(0);
    const channel = onlyWebhook(subscription).id;
    await gateway.dataSource.query(`UPDATE delivery_channel SET state = 'disabled' WHERE id = $1`, [channel]);
    return [id, channel];
  }

  it('that can be subscribed to', async () => {
    const party = await failures(1);
    const told = `${receiver.url}/told`;
    await party.subscriber.subscribe(subscriptionTo(told, { eventType: 'tuatahi.replay.completed' }));
    const id = await start(party);
    await clock.finish();
    await gateway.settle('fan-out');
    await gateway.deliver();
    expect(receiver.received.filter(({ path }) => path === '/told')).toMatchObject([
      { body: { eventType: 'tuatahi.replay.completed', message: { replayId: id, sent: 1 } } },
    ]);
  });
});

describe('a replay that is cancelled', () => {
  it('queues nothing any more, and what is queued goes out', async () => {
    const party = await failures(PER_SECOND + 2);
    const id = await start(party);
    await clock.step();
    const head = await headOf(gateway);
    const { status, body } = await party.subscriber.ask('DELETE', `/replays/${id}`);
    expect(status).toBe(200);
    const cancelled = { ...NOTHING, state: 'cancelled', matched: 6, cancelled: 2 };
    expect(countsOf(body as object as ReplayProgress)).toEqual({ ...cancelled, queued: 4 });
    expect(body).toHaveProperty('finishedAt');

    await gateway.deliver();
    await clock.step();
    await gateway.deliver();
    expect(countsOf(await progressOf(party.subscriber, id))).toEqual({ ...cancelled, sent: 4 });
    expect(receiver.received).toHaveLength(4);
    // It was not completed.
    expect((await eventsOf(gateway, head)).map(({ type }) => type)).not.toContain('tuatahi.replay.completed');
  });

  it('stays as it is when it is cancelled again, and so does one that is done', async () => {
    const party = await failures(2);
    const id = await start(party);
    const first = await party.subscriber.ask('DELETE', `/replays/${id}`);
    const second = await party.subscriber.ask('DELETE', `/replays/${id}`);
    expect([second.status, second.body]).toEqual([200, first.body]);

    const other = await start(party);
    await clock.finish();
    const done = await progressOf(party.subscriber, other);
    expect(done).toMatchObject({ state: 'done', sent: 2 });
    expect((await party.subscriber.ask('DELETE', `/replays/${other}`)).body).toEqual(done);
  });

  it('leaves what it had not queued to the next one', async () => {
    const party = await failures(3);
    await party.subscriber.ask('DELETE', `/replays/${await start(party)}`);
    expect(idsOf(await replay(party.subscriber))).toEqual(party.ids);
  });
});

describe('one by its id', () => {
  async function replayOne({ subscriber }: Party, id: string | undefined) {
    return subscriber.ask('POST', `/notifications/${String(id)}/replay`);
  }

  it('is queued, whatever became of it, and delivered once more', async () => {
    const party = await failures(1);
    const [id] = party.ids;
    for (const became of ['sent', 'sent']) {
      const { status, body } = await replayOne(party, id);
      const replayId = expect.stringMatching(/^[\da-f-]{36}$/) as string;
      expect([status, body]).toEqual([200, { id, replayId, status: 'Queued' }]);
      await clock.finish();
      expect(receiver.received.at(-1)?.headers).toMatchObject({
        'webhook-id': id,
        'x-karere-replay-id': body['replayId'],
      });
      expect(await progressOf(party.subscriber, String(body['replayId']))).toMatchObject({
        state: 'done',
        matched: 1,
        request: { id },
        [became]: 1,
      });
    }
    expect(receiver.received).toHaveLength(2);
  });

  it('is refused while it is on its way', async () => {
    const party = await failures(0);
    await publish(gateway, activation([party.id]));
    await gateway.settle('fan-out');
    const [queued] = await notificationsOf(gateway.dataSource, party.subscription);
    expectProblem(await replayOne(party, queued?.id), '409 not-replayable');
  });

  it('is refused while another replay has it in hand, waiting or queued', async () => {
    const party = await failures(1);
    const [id] = party.ids;
    await start(party);
    const refused = await replayOne(party, id);
    expectProblem(refused, '409 not-replayable');
    expect(refused.body['detail']).toBe(
      `It is being replayed or delivered just now; look at GET /tuatahi/notifications/${id}.`,
    );
    await clock.step();
    expectProblem(await replayOne(party, id), '409 not-replayable');
    await clock.finish();
    expect((await replayOne(party, id)).status).toBe(200);
  });

  it('is refused when it can not be delivered', async () => {
    const [disabled, expired, deleted] = [await failures(1), await failures(1), await failures(1)];
    await gateway.dataSource.query(`UPDATE delivery_channel SET state = 'disabled' WHERE party_id = $1`, [
      disabled.id,
    ]);
    await expire(gateway, expired.subscription.id);
    await deleted.subscriber.ask('DELETE', `/subscriptions/${deleted.subscription.id}`);
    const path = (party: Party): string => `/tuatahi/subscriptions/${party.subscription.id}`;
    for (const [party, why] of [
      [disabled, `Its channel is disabled: POST ${path(disabled)}/channels/${disabled.channel.id}/enable.`],
      [expired, `Its subscription has expired: PATCH the expiresOn of ${path(expired)}.`],
      [deleted, 'Its subscription was deleted: it can not be delivered any more.'],
    ] as const) {
      const refused = await replayOne(party, party.ids[0]);
      expectProblem(refused, '409 not-replayable');
      expect(refused.body['detail']).toBe(why);
    }
    expect(
      await gateway.dataSource.query(`SELECT FROM delivery_replay WHERE party_id = $1`, [disabled.id]),
    ).toEqual([]);
  });

  it('is taken by one of those who ask at the same time', async () => {
    const party = await failures(1);
    const answers = await Promise.all(Array.from({ length: 8 }, () => replayOne(party, party.ids[0])));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array<number>(7).fill(409),
    ]);
    await clock.finish();
    expect(receiver.received).toHaveLength(1);
  });

  it('is unknown when there is none', async () => {
    const party = await failures(0);
    expectProblem(await replayOne(party, randomUUID()), '404 unknown-notification');
    expect((await replayOne(party, '42')).status).toBe(400);
  });
});

describe('what can not be delivered any more when its turn comes is errored', () => {
  it.each<[string, (party: Party) => Promise<unknown>]>([
    ['since its channel was disabled', ({ subscription }) => disable(onlyWebhook(subscription).id)],
    ['since its subscription has expired', ({ subscription }) => expire(gateway, subscription.id)],
    [
      'since its subscription was deleted',
      ({ subscriber, subscription }) => subscriber.ask('DELETE', `/subscriptions/${subscription.id}`),
    ],
  ])('%s', async (_why, end) => {
    const party = await failures(PER_SECOND + 2);
    const id = await start(party);
    await clock.step();
    await end(party);
    await clock.finish();
    expect(countsOf(await progressOf(party.subscriber, id))).toEqual({
      ...NOTHING,
      state: 'done',
      matched: 6,
      errored: 6,
    });
    expect(receiver.received).toEqual([]);
  });

  function disable(channelId: string): Promise<void> {
    return gateway.app.get(ChannelWatch).disableGone(channelId);
  }

  it('but after a revival it can be replayed', async () => {
    const party = await failures(1);
    await expire(gateway, party.subscription.id);
    expect((await replay(party.subscriber)).results).toMatchObject({ sent: 0, errored: 1 });
    await party.subscriber.ask('PATCH', `/subscriptions/${party.subscription.id}`, {
      expiresOn: '2999-12-31',
    });
    expect((await replay(party.subscriber, { dryRun: false })).results).toMatchObject({
      sent: 1,
      errored: 0,
    });
    await clock.finish();
    expect(receiver.received).toHaveLength(1);
  });
});

describe('all replays together', () => {
  it('queue no more in a second than is configured, the oldest first', async () => {
    const [one, two] = [await failures(3), await failures(3)];
    const [first, second] = [await start(one), await start(two)];
    const waiting = async (): Promise<number[]> => [
      (await progressOf(one.subscriber, first)).waiting,
      (await progressOf(two.subscriber, second)).waiting,
    ];
    await clock.step();
    expect(await waiting()).toEqual([0, 2]);
    await clock.step(0);
    await clock.step(249);
    expect(await waiting()).toEqual([0, 2]);
    await clock.step(1);
    expect(await waiting()).toEqual([0, 1]);
    await clock.step(1000);
    expect(await waiting()).toEqual([0, 0]);
  });

  it('and save up no more than for a second', async () => {
    const party = await failures(PER_SECOND + 1);
    const id = await start(party);
    await clock.step(60_000);
    expect(await progressOf(party.subscriber, id)).toMatchObject({ waiting: 1, queued: PER_SECOND });
  });

  it('are as many as are asked for: a request does not wait for another one', async () => {
    const parties = [await failures(1), await failures(1), await failures(1)];
    const answers = await Promise.all(
      parties.map(({ subscriber }) => askForReplay(subscriber, { dryRun: false })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
