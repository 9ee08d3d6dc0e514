import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { DomainEvent } from '../src/events/domain-event';
import { activation } from './support/activations';
import { eventsOf, headOf } from './support/events';
import { expire } from './support/expire';
import { type Gateway, startGateway } from './support/gateway';
import type { Answer } from './support/http';
import { newParty, type Party } from './support/party';
import { expectProblem } from './support/problem';
import { notificationsOf } from './support/queue';
import { publish } from './support/source-events';

const CALLBACK = 'http://127.0.0.1:9/hook';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

function party(attributes?: readonly object[], more: object = {}): Promise<Party> {
  const filters = attributes && { filters: { target: 'my', attributes } };
  return newParty(gateway, { callbackUri: CALLBACK }, { ...filters, ...more });
}

/** An activation for a party, as it is in the log. */
async function happen({ id }: Pick<Party, 'id'>, message: object = {}): Promise<DomainEvent> {
  const head = await headOf(gateway);
  await publish(gateway, activation([id], { message }));
  const [event] = await eventsOf(gateway, head);
  if (!event) throw new Error('nothing has happened');
  return event;
}

function explain(
  { subscriber }: Party,
  { id: subscriptionId }: { readonly id: string },
  event: string | number,
): Promise<Answer> {
  return subscriber.ask(
    'GET',
    `/notifications?${new URLSearchParams({ subscriptionId, explain: String(event) }).toString()}`,
  );
}

/** Whether a subscription matches an event, and why. And that this is what the fan-out says, too. */
async function verdict(one: Party, event: DomainEvent): Promise<[boolean, string, unknown]> {
  const { status, body } = await explain(one, one.subscription, event.position);
  expect(status).toBe(200);
  await gateway.settle('fan-out');
  const positions = await gateway.dataSource.query<{ position: string }[]>(
    'SELECT position FROM delivery_notification WHERE subscription_id = $1',
    [one.subscription.id],
  );
  expect(body['matched']).toBe(positions.some(({ position }) => Number(position) === event.position));
  return [body['matched'] as boolean, String(body['because']), body['entries']];
}

it('an event is named by its id or by its position', async () => {
  const one = await party();
  const { id, position, type, time } = await happen(one);
  const answer = {
    event: { id, position: String(position), type, time },
    subscriptionId: one.subscription.id,
    matched: true,
    because: 'The subscription has no filter.',
    entries: [],
  };
  for (const name of [id, id.toUpperCase(), position]) {
    const { status, body } = await explain(one, one.subscription, name);
    expect([status, body]).toEqual([200, answer]);
  }
});

it('the attribute that decides is named, of each entry', async () => {
  const one = await party([
    { status: 'Failed' },
    { status: 'Success', orderID: 'ORD2' },
    { __not__: { error: 'false', status: 'Success' } },
    { status: 'Success', __not__: { errorCode: 'E1' } },
  ]);
  const event = await happen(one, { status: 'Success', error: false });
  expect(await verdict(one, event)).toEqual([
    true,
    'Entry 3 of the filter matches.',
    [
      {
        matched: false,
        decidedBy: { attribute: 'status', filter: 'Failed', event: 'Success', negated: false },
      },
      { matched: false, decidedBy: { attribute: 'orderID', filter: 'ORD2', event: null, negated: false } },
      { matched: false, decidedBy: { attribute: 'error', filter: 'false', event: 'false', negated: true } },
      { matched: true },
    ],
  ]);
});

it('no entry matches', async () => {
  const one = await party([{ orderID: 'ORD1' }]);
  const event = await happen(one, { orderID: 'ORD2' });
  expect(await verdict(one, event)).toEqual([
    false,
    'No entry of the filter matches.',
    [{ matched: false, decidedBy: { attribute: 'orderID', filter: 'ORD1', event: 'ORD2', negated: false } }],
  ]);
});

it('an event of another type', async () => {
  const one = await party(undefined, { eventType: 'tuatahi.channel.*' });
  expect(await verdict(one, await happen(one))).toEqual([
    false,
    'The subscription is to tuatahi.channel.*, which tuatahi.ont.activation is not.',
    [],
  ]);
});

it('an event that is older than the subscription', async () => {
  const one = await party();
  const event = await happen(one);
  const second = await one.subscriber.subscribe({
    eventType: 'ONTActivation',
    contactEmails: [{ email: 'contact@example.co.nz' }],
    notificationChannels: { webhook: [{ callbackUri: `${CALLBACK}/2` }] },
  });
  expect(await verdict({ ...one, subscription: second }, event)).toEqual([
    false,
    'The event is older than the subscription.',
    [],
  ]);
});

it('an event from after the end, whether or not the end was stated, and from before it', async () => {
  const one = await party();
  const before = await happen(one);
  await gateway.settle('fan-out');
  const end = new Date(Date.now() + 100).toISOString();
  await one.subscriber.ask('PATCH', `/subscriptions/${one.subscription.id}`, { expiresOn: end });
  await setTimeout(110);
  const unstated = await happen(one);
  expect(await verdict(one, unstated)).toEqual([false, 'The subscription had expired.', []]);
  await expire(gateway, one.subscription.id);
  const after = await happen(one);
  expect(await verdict(one, after)).toEqual([false, 'The subscription had expired.', []]);
  expect(await verdict(one, before)).toEqual([true, 'The subscription has no filter.', []]);
});

it('an event from a time when the subscription had expired, also when it lives again', async () => {
  const one = await party();
  await expire(gateway, one.subscription.id);
  const missed = await happen(one);
  await one.subscriber.ask('PATCH', `/subscriptions/${one.subscription.id}`, { expiresOn: '2999-12-31' });
  const later = await happen(one);
  expect(await verdict(one, missed)).toEqual([false, 'The subscription had expired.', []]);
  expect(await verdict(one, later)).toEqual([true, 'The subscription has no filter.', []]);
  expect(await notificationsOf(gateway.dataSource, one.subscription)).toHaveLength(1);
});

describe('is refused', () => {
  it('for an event that concerns other parties only, just as for none', async () => {
    const [one, other] = [await party(), await party()];
    const event = await happen(other);
    for (const name of [event.id, event.position, randomUUID(), 999_999_999]) {
      const answer = await explain(one, one.subscription, name);
      expectProblem(answer, '404 unknown-event');
      expect(answer.body['detail']).toBe(`You have no event ${name}.`);
    }
  });

  it('for another party’s subscription, for one that was deleted, and for none', async () => {
    const [one, other] = [await party(), await party()];
    const event = await happen(one);
    expectProblem(await explain(one, other.subscription, event.id), '404 unknown-subscription');
    expectProblem(await explain(one, { id: randomUUID() }, event.id), '404 unknown-subscription');
    await one.subscriber.ask('DELETE', `/subscriptions/${one.subscription.id}`);
    expectProblem(await explain(one, one.subscription, event.id), '404 unknown-subscription');
  });
});
