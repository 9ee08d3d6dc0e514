import { Dispatcher } from '../src/delivery/dispatcher';
import { activation } from './support/activations';
import { eventually } from './support/eventually';
import { Gate } from './support/gate';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { partyWithFailures } from './support/failed';
import { newParty, type Party } from './support/party';
import { replay, ReplayClock } from './support/replays';
import { publish } from './support/source-events';
import { onlyWebhook } from './support/subscriber';
import { type Received, WebhookReceiver } from './support/webhook-receiver';

/** Deliveries under way at once: replays may be a quarter of them. */
const CONCURRENCY = 8;
const SLOTS_OF_A_LANE = 4;

let gateway: Gateway;
let clock: ReplayClock;
const receivers: WebhookReceiver[] = [];

beforeAll(async () => {
  gateway = await startGateway({ env: { DELIVERY_CONCURRENCY: String(CONCURRENCY) } });
  clock = new ReplayClock(gateway);
});
afterEach(async () => {
  await clock.finish();
  await expectBalancedLedger(gateway.dataSource);
  for (const receiver of receivers.splice(0)) await receiver.close();
});
afterAll(() => gateway.close());

async function newReceiver(): Promise<WebhookReceiver> {
  const started = await WebhookReceiver.start();
  receivers.push(started);
  return started;
}

/** All that has failed of these parties is in the queue again. */
async function queueReplays(...parties: readonly Party[]): Promise<void> {
  for (const { subscriber } of parties) await replay(subscriber, { dryRun: false });
  await clock.step();
}

/** Something fresh for a party is in the queue. */
async function queueFresh({ id }: Party): Promise<void> {
  await publish(gateway, activation([id]));
  await gateway.settle('fan-out');
}

function isReplay({ headers }: Received): boolean {
  return headers['x-karere-replay-id'] !== undefined;
}

/** Lets replays wait for their answers until the gate is open. @returns how many wait */
function holdReplays(gate: Gate, ...held: readonly WebhookReceiver[]): () => number {
  let waiting = 0;
  for (const each of held) {
    each.reply = (request, response) => {
      if (!isReplay(request)) return response.end('ok');
      waiting += 1;
      void gate.pass().then(() => {
        waiting -= 1;
        return response.end('ok');
      });
      return undefined;
    };
  }
  return () => waiting;
}

it('what is fresh goes out before what is replayed, though it was queued later', async () => {
  const [hook, other] = [await newReceiver(), await newReceiver()];
  const replayed = await partyWithFailures(gateway, hook, 3);
  const fresh = await newParty(gateway, { callbackUri: other.url });
  await queueReplays(replayed);
  for (let n = 0; n < CONCURRENCY; n += 1) await queueFresh(fresh);
  await queueFresh(replayed);

  const order: string[] = [];
  for (const each of [hook, other]) {
    each.reply = (request, response) => {
      order.push(isReplay(request) ? 'replayed' : 'fresh');
      response.end('ok');
    };
  }
  await gateway.deliver();
  // No more than eight are taken at once: the first eight are those that were taken first.
  expect(order.slice(0, CONCURRENCY)).toEqual(Array<string>(CONCURRENCY).fill('fresh'));
  expect(order.filter((one) => one === 'replayed')).toHaveLength(3);
});

it('a receiver that answers replays slowly still gets what is fresh at once', async () => {
  const hook = await newReceiver();
  const party = await partyWithFailures(gateway, hook, SLOTS_OF_A_LANE + 2);
  await queueReplays(party);
  const gate = new Gate();
  const waiting = holdReplays(gate, hook);
  const dispatcher = gateway.app.get(Dispatcher);
  const first = dispatcher.runOnce();
  await eventually('four replays wait for their answers', waiting, (count) => count === SLOTS_OF_A_LANE);

  await queueFresh(party);
  const second = dispatcher.runOnce();
  await eventually(
    'what is fresh has come',
    () => hook.received.filter((request) => !isReplay(request)).length,
    (count) => count === 1,
  );
  expect(waiting()).toBe(SLOTS_OF_A_LANE);
  gate.open();
  await Promise.all([first, second]);
});

it('receivers of replays that hang take no more than their share, however many they are', async () => {
  const hooks = [await newReceiver(), await newReceiver(), await newReceiver(), await newReceiver()];
  const parties: Party[] = [];
  for (const hook of hooks) parties.push(await partyWithFailures(gateway, hook, 3));
  await queueReplays(...parties);
  const gate = new Gate();
  const waiting = holdReplays(gate, ...hooks);
  const dispatcher = gateway.app.get(Dispatcher);
  const first = dispatcher.runOnce();
  await eventually('replays wait for their answers', waiting, (count) => count > 0);

  const other = await newReceiver();
  const fresh = await newParty(gateway, { callbackUri: other.url });
  await queueFresh(fresh);
  const second = dispatcher.runOnce();
  await eventually(
    'what is fresh has come',
    () => other.received.length,
    (count) => count === 1,
    1500, // sooner than those that hang count as slow
  );
  expect(waiting()).toBeLessThanOrEqual(SLOTS_OF_A_LANE);
  gate.open();
  await Promise.all([first, second]);
  await clock.finish();
  expect(hooks.flatMap(({ received }) => received)).toHaveLength(12);
});

it('of a channel with a rate, replays get only what nothing fresh is waiting for', async () => {
  const hook = await newReceiver();
  const party = await partyWithFailures(gateway, hook, 1, { ratePerSecond: 1 });
  /** As if a second had gone by. */
  const refill = (): Promise<unknown> =>
    gateway.dataSource.query('UPDATE delivery_channel SET paced_until = NULL WHERE id = $1', [
      onlyWebhook(party.subscription).id,
    ]);
  await queueReplays(party);
  await queueFresh(party);
  await queueFresh(party);

  const came: string[] = [];
  hook.reply = (request, response) => {
    came.push(isReplay(request) ? 'replayed' : request.body.eventId);
    response.end('ok');
  };
  const dispatcher = gateway.app.get(Dispatcher);
  for (const expected of [['2'], ['2', '3'], ['2', '3', 'replayed']]) {
    await refill();
    await dispatcher.runOnce();
    expect(came).toEqual(expected);
  }
});
