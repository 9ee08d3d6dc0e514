import { Checkpoints } from '../src/tuatahi/checkpoints.service';
import { marked } from './support/came-to';
import { CompleteReceiver } from './support/complete-receiver';
import { type Gateway, startGateway } from './support/gateway';
import { ask } from './support/http';
import { LossyProxy, type Mishap } from './support/lossy-proxy';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { letTimePass } from './support/queue';
import { ReplayClock } from './support/replays';
import { publish } from './support/source-events';

const EVENTS = 90;
const CHECKPOINT_AFTER_MS = 600_000;

/** Of ten requests four come to nothing as far as the gateway can see, and never five in a row. */
const NETWORK: readonly Mishap[] = [
  ...(['none', 'answer lost', 'none', 'reset', 'late', 'answer cut', 'none'] as const),
  ...(['late', 'silence', 'none'] as const),
];

let gateway: Gateway;
let clock: ReplayClock;
let receiver: CompleteReceiver;
let network: LossyProxy;

beforeAll(async () => {
  gateway = await startGateway({
    env: {
      WEBHOOK_TIMEOUT_MS: '250',
      RETRY_SCHEDULE: '1s,1s',
      CHECKPOINT_AFTER_MS: String(CHECKPOINT_AFTER_MS),
    },
  });
  clock = new ReplayClock(gateway);
});
beforeEach(async () => {
  receiver = await CompleteReceiver.start();
  network = await LossyProxy.to(receiver.url, NETWORK);
});
afterEach(async () => {
  await network.close();
  await receiver.close();
  await expectBalancedLedger(gateway.dataSource);
});
afterAll(() => gateway.close());

/** Beyond the bad network. It wants to know of successes only. */
async function partyBeyond(errorStrategy: 'ignore' | 'retry'): Promise<Party> {
  const party = await newParty(
    gateway,
    { callbackUri: `${network.url}/hook`, errorStrategy },
    { filters: { target: 'my', attributes: [{ status: 'Success' }] } },
  );
  receiver.listenTo(party.subscription);
  return party;
}

/** Every third is none of its business. @returns the marks of the others, in the order of their numbers */
async function publishTo({ id }: Party, from: number, count: number): Promise<number[]> {
  const marks = Array.from({ length: count }, (_, index) => from + index);
  const statusOf = (mark: number): string => (mark % 3 === 0 ? 'Failure' : 'Success');
  await publish(gateway, ...marks.map((mark) => marked(mark, id, { status: statusOf(mark) })));
  await gateway.settle('fan-out');
  return marks.filter((mark) => statusOf(mark) === 'Success');
}

/** Delivers all that the schedule of retries allows. */
async function deliverAll(): Promise<void> {
  for (let n = 0; n < 4; n += 1) {
    await gateway.deliver();
    await letTimePass(gateway.dataSource, 60_000);
  }
}

/** A checkpoint tells of what was lost at the end, after which nothing else came. */
async function letSilencePass(): Promise<void> {
  await gateway.app.get(Checkpoints).send(new Date(Date.now() + CHECKPOINT_AFTER_MS + 1000));
  await deliverAll();
}

/** The receiver asks for what it lacks until it lacks nothing. @returns how often */
async function catchUp({ subscriber }: Party): Promise<number> {
  for (let rounds = 0; ; rounds += 1) {
    if (await receiver.isComplete(subscriber)) return rounds;
    if (rounds === 30) throw new Error(`it still lacks ${receiver.gaps.join(', ')}`);
    await receiver.askForWhatItLacks(subscriber);
    await clock.finish();
    await deliverAll();
  }
}

function marksKept(): unknown[] {
  return [...receiver.kept]
    .toSorted(([one], [other]) => one - other)
    .map(([, payload]) => (payload as { mark: unknown }).mark);
}

it.each(['ignore', 'retry'] as const)(
  'behind a network that loses and delays, a receiver ends with exactly what was matched (%s)',
  async (errorStrategy) => {
    const party = await partyBeyond(errorStrategy);
    const matched: number[] = [];
    for (let from = 0; from < EVENTS; from += EVENTS / 3) {
      matched.push(...(await publishTo(party, from, EVENTS / 3)));
      await deliverAll();
    }
    await letSilencePass();
    await catchUp(party);

    expect(marksKept()).toEqual(matched);
    expect([...receiver.kept.keys()].toSorted((a, b) => a - b)).toEqual(matched.map((_, index) => index + 1));
    expect([receiver.duplicates > 0, receiver.refused]).toEqual([true, 0]);
    expect([...network.happened.keys()].toSorted()).toEqual([...new Set(NETWORK)].toSorted());
  },
);

it('what a receiver has lost itself it gets again, though it was sent', async () => {
  const party = await partyBeyond('retry');
  const matched = await publishTo(party, 0, 30);
  await deliverAll();
  await catchUp(party);
  receiver.lose(1, 7, 8, 20);
  expect(receiver.gaps).toEqual([1, 7, 8, 20]);
  expect(await catchUp(party)).toBeGreaterThan(0);
  expect(marksKept()).toEqual(matched);
});

it('what was lost at the very end shows by the checkpoint', async () => {
  const party = await partyBeyond('ignore');
  const matched = await publishTo(party, 0, 6);
  await gateway.deliver();
  const knownBefore = receiver.gaps.length + receiver.kept.size;
  await network.close();
  const more = await publishTo(party, 6, 6);
  await gateway.deliver();
  expect(receiver.gaps.length + receiver.kept.size).toBe(knownBefore);
  network = await LossyProxy.to(receiver.url, ['none']);
  await gateway.dataSource.query(
    `UPDATE delivery_channel SET callback_uri = $1, endpoint = $2 WHERE subscription_id = $3`,
    [`${network.url}/hook`, network.url, party.subscription.id],
  );
  await letSilencePass();
  expect(receiver.gaps.length + receiver.kept.size).toBe(matched.length + more.length);
});

it('what is not from the gateway is not taken', async () => {
  const party = await partyBeyond('ignore');
  const body = JSON.stringify({ eventId: '1', eventType: 'ONTActivation', payload: { mark: 'forged' } });
  expect((await ask(`${receiver.url}/hook`, { method: 'POST', body })).status).toBe(401);
  expect([receiver.refused, receiver.kept.size]).toEqual([1, 0]);
  const matched = await publishTo(party, 0, 3);
  await deliverAll();
  await catchUp(party);
  expect(marksKept()).toEqual(matched);
});
