import { ChannelWatch } from '../src/delivery/channel-watch.service';
import { Checkpoints } from '../src/tuatahi/checkpoints.service';
import { activation, queueActivations } from './support/activations';
import { connected } from './support/connected';
import { endTimeOf, expire } from './support/expire';
import { failToDeliver, partyWithFailures } from './support/failed';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { ReplayClock } from './support/replays';
import { publish } from './support/source-events';
import { subscriptionTo, Subscriber } from './support/subscriber';
import { untilOneWaits } from './support/table-lock';
import { type Received, verifySignature, WebhookReceiver } from './support/webhook-receiver';

const AFTER_MS = 600_000;

let gateway: Gateway;
let replica: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  const env = { CHECKPOINT_AFTER_MS: String(AFTER_MS) };
  [gateway, receiver] = await Promise.all([startGateway({ env }), WebhookReceiver.start()]);
  replica = await startGateway({ env, databaseUrl: gateway.databaseUrl });
});
beforeEach(async () => {
  receiver.reset();
  await gateway.dataSource.query(`UPDATE tuatahi_subscription SET state = 'deleted'`);
});
afterEach(() => expectBalancedLedger(gateway.dataSource));
afterAll(async () => {
  await receiver.close();
  await replica.close();
  await gateway.close();
});

function partyWithHook(webhook: object = {}, more: object = {}): Promise<Party> {
  return newParty(gateway, { callbackUri: `${receiver.url}/hook`, ...webhook }, more);
}

/** When the silence of a subscription will have lasted so long, to the millisecond. */
async function silentFor(ms: number, { subscription }: Pick<Party, 'subscription'>): Promise<Date> {
  const [row] = await gateway.dataSource.query<{ since: Date }[]>(
    `SELECT greatest(created_at, matched_at, checkpoint_at) + interval '1 ms' AS since
     FROM tuatahi_subscription WHERE id = $1`,
    [subscription.id],
  );
  return new Date((row?.since.getTime() ?? 0) + ms);
}

/** Looks for silence as the job does. @returns how many subscriptions were found silent */
async function look(now: Date, who = gateway): Promise<number | undefined> {
  const count = await who.app.get(Checkpoints).send(now);
  await gateway.deliver();
  return count;
}

function came(): Received[] {
  return receiver.received.filter(({ body }) => body.eventType === 'karere.checkpoint');
}

describe('a webhook that has heard nothing for long', () => {
  it('is told the last number that was given, signed as all others, by a message outside the sequence', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id, 3);
    await gateway.deliver();
    const now = await silentFor(AFTER_MS, party);
    expect(await look(now)).toBe(1);

    const [told, ...others] = came();
    expect(others).toEqual([]);
    const content = { subscriptionId: party.subscription.id, head: '3' };
    expect(told?.body).toEqual({
      eventId: '3',
      eventTimestamp: expect.any(String),
      eventType: 'karere.checkpoint',
      message: content,
      payload: content,
    });
    if (told) verifySignature(told, party.secret);
    expect(told && (() => verifySignature(told, 'whsec_b3RoZXI='))).toThrow('No matching signature');

    const sequence = await party.subscriber.ask('GET', `/subscriptions/${party.subscription.id}/sequence`);
    expect(sequence.body).toEqual({ head: '3', ranges: [{ from: '1', to: '3', status: 'sent' }] });
    const log = await party.subscriber.ask('GET', '/notifications');
    expect(log.body['items']).toHaveLength(3);
    const ledger = await party.subscriber.ask('GET', '/ledger');
    expect(ledger.body['total']).toMatchObject({ matched: 3, sent: 3, balanced: true });

    await queueActivations(gateway, party.id);
    await gateway.deliver();
    expect(receiver.received.at(-1)?.body).toMatchObject({ eventId: '4', eventType: 'ONTActivation' });
  });

  it('is told 0 when there was never anything for it', async () => {
    const party = await partyWithHook();
    await look(await silentFor(AFTER_MS, party));
    expect(came().map(({ body }) => body.eventId)).toEqual(['0']);
  });

  it('is told when the time is full, not before, and again when it is full again', async () => {
    const party = await partyWithHook();
    await queueActivations(gateway, party.id);
    await gateway.deliver();
    const full = await silentFor(AFTER_MS, party);
    expect(await look(new Date(full.getTime() - 2))).toBe(0);
    expect(await look(full)).toBe(1);
    expect(await look(new Date(full.getTime() + AFTER_MS - 1))).toBe(0);
    expect(await look(new Date(full.getTime() + AFTER_MS))).toBe(1);
    expect(came()).toHaveLength(2);
  });

  it('waits from the beginning when something has come meanwhile', async () => {
    const party = await partyWithHook();
    const full = await silentFor(AFTER_MS, party);
    await queueActivations(gateway, party.id);
    await gateway.deliver();
    expect(await look(full)).toBe(0);
    expect(await look(await silentFor(AFTER_MS, party))).toBe(1);
    expect(came().map(({ body }) => body.eventId)).toEqual(['1']);
  });

  it('is not told twice when the first message still waits, nor when another one does', async () => {
    const party = await partyWithHook({ errorStrategy: 'retry' });
    const now = await silentFor(AFTER_MS, party);
    receiver.answer(503, { 'retry-after': '3600' });
    await look(now);
    await look(new Date(now.getTime() + AFTER_MS));
    expect(came()).toHaveLength(1);
    const other = await partyWithHook();
    await queueActivations(gateway, other.id);
    await gateway.app.get(Checkpoints).send(await silentFor(AFTER_MS, other));
    receiver.reset();
    await gateway.deliver();
    expect(came()).toEqual([]);
  });

  it('is told of a number that it has not seen, and can then ask what became of it', async () => {
    const party = await partyWithHook();
    await failToDeliver(gateway, receiver, activation([party.id]));
    await look(await silentFor(AFTER_MS, party));
    expect(receiver.received.map(({ body }) => [body.eventType, body.eventId])).toEqual([
      ['karere.checkpoint', '1'],
    ]);
    const { body } = await party.subscriber.ask('GET', `/subscriptions/${party.subscription.id}/sequence`);
    expect(body['ranges']).toEqual([{ from: '1', to: '1', status: 'fail' }]);
  });
});

describe('a receiver', () => {
  /** What its owner sees when nothing else has come for long. */
  async function stateAfter(party: Party, answer: number): Promise<unknown> {
    receiver.answer(answer);
    await look(await silentFor(AFTER_MS, party));
    expect(came()).toHaveLength(1);
    await gateway.app.get(ChannelWatch).look(new Date(Date.now() + 30 * 86_400_000));
    const { body } = await party.subscriber.ask('GET', `/subscriptions/${party.subscription.id}`);
    return (body as object as Party['subscription']).notificationChannels.webhook[0]?.state;
  }

  it.each([400, 404, 422])('may refuse it with %i, and is not disabled for that', async (status) => {
    expect(await stateAfter(await partyWithHook(), status)).toBe('enabled');
  });

  it('that is not well is found out by it', async () => {
    expect(await stateAfter(await partyWithHook(), 500)).toBe('disabled');
  });
});

describe('nothing of that is sent', () => {
  it('beside what a replay has queued', async () => {
    const party = await partyWithFailures(gateway, receiver, 1);
    await party.subscriber.ask('POST', `/notifications/${party.ids[0]}/replay`);
    const clock = new ReplayClock(gateway);
    await clock.step();
    await gateway.app.get(Checkpoints).send(await silentFor(AFTER_MS, party));
    await clock.finish();
    expect(receiver.received).toHaveLength(1);
    expect(came()).toEqual([]);
  });

  it('to a channel that is just being disabled', async () => {
    const party = await partyWithHook();
    const now = await silentFor(AFTER_MS, party);
    const client = await connected(gateway.databaseUrl);
    await client.query('BEGIN');
    await client.query(`UPDATE delivery_channel SET state = 'disabled' WHERE id = $1`, [party.channel.id]);
    const sent = gateway.app.get(Checkpoints).send(now);
    await untilOneWaits(gateway.dataSource);
    await client.query('COMMIT');
    await client.end();
    await sent;
    await gateway.deliver();
    expect(receiver.received).toEqual([]);
  });

  it('by e-mail', async () => {
    const subscriber = new Subscriber(gateway, 'by-mail');
    const notificationChannels = { email: [{ email: 'noc@example.co.nz' }] };
    const subscription = await subscriber.subscribe(
      subscriptionTo('', { eventType: 'ONTActivation', notificationChannels }),
    );
    await look(await silentFor(AFTER_MS, { subscription }));
    expect(
      await gateway.dataSource.query('SELECT FROM delivery_notification WHERE subscription_id = $1', [
        subscription.id,
      ]),
    ).toEqual([]);
  });

  it('to a channel that is disabled, but to the others of its subscription', async () => {
    const channels = ['one', 'two'].map((path) => ({ callbackUri: `${receiver.url}/${path}` }));
    const party = await partyWithHook({}, { notificationChannels: { webhook: channels } });
    await gateway.dataSource.query(
      `UPDATE delivery_channel SET state = 'disabled' WHERE callback_uri = $1 AND party_id = $2`,
      [`${receiver.url}/one`, party.id],
    );
    await look(await silentFor(AFTER_MS, party));
    expect(receiver.received.map(({ path }) => path)).toEqual(['/two']);
  });

  it('for a subscription that was deleted', async () => {
    const party = await partyWithHook();
    await party.subscriber.ask('DELETE', `/subscriptions/${party.subscription.id}`);
    expect(await look(await silentFor(AFTER_MS, party))).toBe(0);
    expect(receiver.received).toEqual([]);
  });

  it('for one that has expired, also when nobody has noticed yet', async () => {
    const [seen, unseen] = [await partyWithHook(), await partyWithHook()];
    await expire(gateway, seen.subscription.id);
    await endTimeOf(gateway, unseen.subscription.id);
    expect(await look(await silentFor(AFTER_MS, unseen))).toBe(0);
    expect(receiver.received).toEqual([]);
  });

  it('when it is switched off', async () => {
    const party = await partyWithHook();
    const silent = await startGateway({
      env: { CHECKPOINT_AFTER_MS: '0' },
      databaseUrl: gateway.databaseUrl,
    });
    expect(await look(await silentFor(AFTER_MS, party), silent)).toBe(0);
    await silent.close();
    expect(receiver.received).toEqual([]);
  });
});

describe('of two replicas that look at the same time', () => {
  it('one tells, once', async () => {
    const parties = [await partyWithHook(), await partyWithHook(), await partyWithHook()];
    const nows = await Promise.all(parties.map((party) => silentFor(AFTER_MS, party)));
    const now = new Date(Math.max(...nows.map((each) => each.getTime())));
    const counts = await Promise.all([look(now), look(now, replica), look(now), look(now, replica)]);
    expect(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(3);
    await gateway.deliver();
    expect(came()).toHaveLength(3);
  });

  it('the second leaves it to the first, and no number is given meanwhile', async () => {
    const party = await partyWithHook();
    const now = await silentFor(AFTER_MS, party);
    const client = await connected(gateway.databaseUrl);
    await client.query('BEGIN; LOCK TABLE delivery_channel IN ACCESS EXCLUSIVE MODE');
    const first = gateway.app.get(Checkpoints).send(now);
    await untilOneWaits(gateway.dataSource);
    expect(await replica.app.get(Checkpoints).send(now)).toBeUndefined();
    await publish(gateway, activation([party.id]));
    const numbered = gateway.settle('fan-out');
    await client.end();
    await Promise.all([first, numbered]);
    const rows = await gateway.dataSource.query<{ note: object | null; sequence: string | null }[]>(
      'SELECT note, sequence FROM delivery_notification WHERE subscription_id = $1 ORDER BY id',
      [party.subscription.id],
    );
    expect(rows).toEqual([
      { note: { subscriptionId: party.subscription.id, head: '0' }, sequence: null },
      { note: null, sequence: '1' },
    ]);
    await gateway.deliver();
  });
});

it('leaves alone the subscription to which something is just being given', async () => {
  const party = await partyWithHook();
  const now = await silentFor(AFTER_MS, party);
  const client = await connected(gateway.databaseUrl);
  await client.query('BEGIN');
  await client.query('UPDATE tuatahi_subscription SET sequence = sequence WHERE id = $1', [
    party.subscription.id,
  ]);
  expect(await look(now)).toBe(0);
  await client.end();
  expect(await look(now)).toBe(1);
});
