import fc from 'fast-check';
import type { NotificationStatus } from '../src/delivery/notification.entity';
import { queueActivations } from './support/activations';
import { expire } from './support/expire';
import { type Gateway, startGateway } from './support/gateway';
import type { Answer } from './support/http';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { WebhookReceiver } from './support/webhook-receiver';

/** The least far first: with several channels a number is as far as that one. */
const STATUSES = ['pending', 'fail', 'expired', 'cancelled', 'sent'] as const;

let gateway: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([startGateway(), WebhookReceiver.start()]);
});
afterEach(() => expectBalancedLedger(gateway.dataSource));
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

const party = (...paths: string[]): Promise<Party> =>
  newParty(
    gateway,
    { callbackUri: `${receiver.url}/hook` },
    {
      notificationChannels: {
        webhook: ['hook', ...paths].map((path) => ({ callbackUri: `${receiver.url}/${path}` })),
      },
    },
  );

function ask({ subscriber, subscription }: Party, query = ''): Promise<Answer> {
  return subscriber.ask('GET', `/subscriptions/${subscription.id}/sequence${query}`);
}

/** The ranges as `1-3 sent`. */
async function rangesOf(of: Party, query = ''): Promise<string[]> {
  const { status, body } = await ask(of, query);
  if (status !== 200) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`);
  const ranges = body['ranges'] as { from: string; to: string; status: string }[];
  return ranges.map((range) => `${range.from}-${range.to} ${range.status}`);
}

/** Lets the deliveries of each number have come so far, channel by channel. */
async function have(to: Party, numbers: readonly (readonly NotificationStatus[])[]): Promise<void> {
  await gateway.dataSource.query(
    `UPDATE delivery_notification n SET status = given.status,
       next_attempt_at = CASE given.status WHEN 'pending' THEN clock_timestamp() END,
       finished_at = CASE given.status WHEN 'pending' THEN NULL ELSE clock_timestamp() END
     FROM (
       SELECT id, ($2::text[])[row_number() OVER (ORDER BY sequence, channel_id)] AS status
       FROM delivery_notification WHERE subscription_id = $1
     ) given WHERE n.id = given.id`,
    [to.subscription.id, numbers.flat()],
  );
}

/** What the ranges have to be, by looking at each number by itself. */
function plainly(numbers: readonly (readonly NotificationStatus[])[]): string[] {
  const ranges: { from: number; to: number; status: string }[] = [];
  for (const [index, statuses] of numbers.entries()) {
    const status = STATUSES.find((each) => statuses.includes(each)) ?? '';
    const last = ranges.at(-1);
    if (last?.status === status) last.to = index + 1;
    else ranges.push({ from: index + 1, to: index + 1, status });
  }
  return ranges.map(({ from, to, status }) => `${from}-${to} ${status}`);
}

describe('the sequence of a subscription', () => {
  it('begins at 0, with nothing in it', async () => {
    expect((await ask(await party())).body).toEqual({ head: '0', ranges: [] });
  });

  it('tells of all numbers, in every mixture, as far as the channel that is least far', async () => {
    const size = 60;
    const to = await party('second', 'third');
    await queueActivations(gateway, to.id, size);
    const status = fc.constantFrom(...STATUSES);
    // Mostly runs, so that there are long ranges, too.
    const run = fc
      .tuple(fc.array(status, { minLength: 3, maxLength: 3 }), fc.integer({ min: 1, max: 8 }))
      .map(([statuses, times]) => Array.from({ length: times }, () => statuses));
    const numbers = fc
      .array(run, { minLength: size, maxLength: size })
      .map((runs) => runs.flat().slice(0, size));
    await fc.assert(
      fc.asyncProperty(numbers, async (each) => {
        await have(to, each);
        expect((await ask(to)).body['head']).toBe(String(size));
        expect(await rangesOf(to)).toEqual(plainly(each));
      }),
      { numRuns: 20, endOnFailure: true },
    );
    const pairs = STATUSES.flatMap((one) => STATUSES.map((other) => [one, other, 'sent'] as const));
    const padded = [...pairs, ...Array.from({ length: size - pairs.length }, () => ['sent'] as const)];
    await have(
      to,
      padded.map(([one, other = 'sent']) => [one, other, 'sent']),
    );
    expect(await rangesOf(to)).toEqual(plainly(padded));
  });

  it('tells what has become of them, as it comes about', async () => {
    const to = await party();
    const refused = new Set(['3', '4']);
    receiver.reply = ({ body }, response) => response.writeHead(refused.has(body.eventId) ? 400 : 200).end();
    await queueActivations(gateway, to.id, 5);
    expect(await rangesOf(to)).toEqual(['1-5 pending']);
    await gateway.deliver();
    expect(await rangesOf(to)).toEqual(['1-2 sent', '3-4 fail', '5-5 sent']);
    await queueActivations(gateway, to.id);
    await expire(gateway, to.subscription.id);
    expect(await rangesOf(to)).toEqual(['1-2 sent', '3-4 fail', '5-5 sent', '6-6 expired']);
  });

  it('is as far as the mail to the address that has come least far', async () => {
    const to = await newParty(
      gateway,
      { callbackUri: '' },
      {
        notificationChannels: {
          webhook: [{ callbackUri: `${receiver.url}/hook` }],
          email: [{ email: 'noc@example.co.nz' }, { email: 'desk@example.co.nz' }],
        },
      },
    );
    await queueActivations(gateway, to.id, 2);
    await have(to, [
      ['sent', 'sent', 'fail'],
      ['sent', 'sent', 'sent'],
    ]);
    expect(await rangesOf(to)).toEqual(['1-1 fail', '2-2 sent']);
  });
});

describe('a part of the sequence', () => {
  let to: Party;
  beforeAll(async () => {
    to = await party();
    await queueActivations(gateway, to.id, 9);
    await have(
      to,
      (['sent', 'sent', 'sent', 'fail', 'fail', 'sent', 'sent', 'sent', 'pending'] as const).map((status) => [
        status,
      ]),
    );
  });

  it.each([
    ['from=4', ['4-5 fail', '6-8 sent', '9-9 pending']],
    ['to=4', ['1-3 sent', '4-4 fail']],
    ['from=2&to=2', ['2-2 sent']],
    ['from=3&to=7', ['3-3 sent', '4-5 fail', '6-7 sent']],
    ['from=0&to=9', ['1-3 sent', '4-5 fail', '6-8 sent', '9-9 pending']],
    ['from=002&to=003', ['2-3 sent']],
    ['from=9&to=1000', ['9-9 pending']],
    ['from=10', []],
    ['from=5&to=4', []],
    ['to=0', []],
    ['to=9223372036854775807', []],
    ['from=9223372036854775807', []],
    ['from=1&to=100000', ['1-3 sent', '4-5 fail', '6-8 sent', '9-9 pending']],
  ])('%s', async (query, ranges) => {
    expect(await rangesOf(to, `?${query}`)).toEqual(ranges);
    expect((await ask(to, `?${query}`)).body['head']).toBe('9');
  });

  it.each([
    ['from=0&to=100000', '?from'],
    ['from=1&to=9223372036854775807', '?from'],
    ['from=-1', '?from'],
    ['from=x', '?from'],
    ['from=1.5', '?from'],
    ['from=', '?from'],
    ['to=9223372036854775808', '?to'],
    ['to=1e3', '?to'],
  ])('is refused as %s', async (query, pointer) => {
    expect(await ask(to, `?${query}`)).toMatchObject({
      status: 400,
      body: { type: 'urn:problem-type:karere:invalid-input', errors: [{ pointer }] },
    });
  });

  it('is the last hundred thousand numbers unless it is said, and others can be asked for', async () => {
    const set = (head: number): Promise<unknown> =>
      gateway.dataSource.query('UPDATE tuatahi_subscription SET sequence = $2 WHERE id = $1', [
        to.subscription.id,
        head,
      ]);
    await set(100_003);
    try {
      expect(await rangesOf(to)).toEqual(['4-5 fail', '6-8 sent', '9-9 pending']);
      expect(await rangesOf(to, '?from=1&to=3')).toEqual(['1-3 sent']);
      expect(await rangesOf(to, '?from=4')).toHaveLength(3);
      expect((await ask(to, '?from=3')).body).toMatchObject({
        errors: [{ pointer: '?from', detail: 'must be at least 4; or give a `to` of at most 100002' }],
      });
    } finally {
      await set(9);
    }
  });

  it('is nobody else’s, and of no subscription that was deleted', async () => {
    const { subscriber, subscription } = await party();
    expect((await subscriber.ask('GET', `/subscriptions/${to.subscription.id}/sequence`)).status).toBe(404);
    await subscriber.ask('DELETE', `/subscriptions/${subscription.id}`);
    expect((await subscriber.ask('GET', `/subscriptions/${subscription.id}/sequence`)).status).toBe(404);
  });
});
