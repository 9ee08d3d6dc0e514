import type { ValidateFunction } from 'ajv';
import { ChannelWatch } from '../src/delivery/channel-watch.service';
import { toCloudEvent } from '../src/events/cloud-event';
import { EventLog } from '../src/events/event-log';
import { Reminders } from '../src/followup-booking/reminders.service';
import { type Tid, TEMPLATES } from '../src/itas-events/templates';
import { GapConfirmation } from '../src/spg/gap-confirmation.service';
import { NOTIFICATION_TYPES, type NotificationType } from '../src/spg/notification-types';
import { ExpiryWarnings } from '../src/tuatahi/expiry-warnings.service';
import { newAjv } from './support/ajv';
import { AsyncApi } from './support/asyncapi';
import { EVENT_TYPES } from './support/event-names';
import { expire } from './support/expire';
import { cancel, technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import { send } from './support/http';
import { itasMessage, push } from './support/itas-message';
import { notification } from './support/notification';
import { expectBalancedLedger } from './support/notification-ledger';
import { replay, ReplayClock } from './support/replays';
import { rowCounts } from './support/rows';
import { ontActivation, publish } from './support/source-events';
import { onlyWebhook, Subscriber, subscriptionTo } from './support/subscriber';
import { verifySignature, WebhookReceiver } from './support/webhook-receiver';

type Json = Record<string, unknown>;

interface Entry {
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly string[];
  readonly schema: Json;
  readonly example: Json;
}

const NAMES = ['ONTActivation', 'SPWorkOrderNotification', ...EVENT_TYPES];

const DAY_MS = 86_400_000;

const PUBLISHED = {
  id: '3f0c8b1e-5a34-4c5e-9c39-1d2f6f0b7a51',
  eventType: 'ONTActivation',
  eventTimestamp: '2026-08-03T21:15:00Z',
  payload: {},
};

let gateway: Gateway;
let receiver: WebhookReceiver;
let catalogue: Map<string, Entry>;
/** By the names of their types. */
const validators = new Map<string, ValidateFunction>();

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([startGateway(), WebhookReceiver.start()]);
  const { body } = await new Subscriber(gateway, 'anybody').ask('GET', '/event-types');
  catalogue = new Map((Object.values(body) as Entry[]).map((entry) => [entry.name, entry]));
});
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

function entryOf(name: string): Entry {
  const entry = catalogue.get(name);
  if (!entry) throw new Error(`${name} is not in the catalogue`);
  return entry;
}

/** Where and by which keywords the body of a notification breaks the schema of its type. */
function faultsOf(name: string, body: object): string[] {
  const validate = validators.get(name) ?? newAjv().compile(entryOf(name).schema);
  validators.set(name, validate);
  void validate(body);
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

it('GET /tuatahi/event-types names all that can be subscribed to, once', async () => {
  const { status, body } = await new Subscriber(gateway, 'anybody').ask('GET', '/event-types');
  expect(status).toBe(200);
  const names = (Object.values(body) as Entry[]).map(({ name }) => name);
  expect(names.toSorted()).toEqual(NAMES.toSorted());
});

/** A follow-up visit, from its booking to its cancellation. */
async function bookRemindAndCancel(): Promise<void> {
  const technician = await technicianOf(gateway);
  const [slot] = await technician.openSlots({ orderNum: 'WO-1' });
  const { body } = await technician.book({ orderNum: 'WO-1' }, slot ?? {});
  await gateway.app.get(Reminders).remindOfDue(new Date(Date.parse(slot?.Period.Start ?? '') - 1));
  await cancel(gateway, String(body['OrderNum']));
}

/** A subscription to which nothing gets through, whose channel is disabled and enabled again, and which ends twice. */
async function liveBadly(owner: Subscriber): Promise<void> {
  const { app } = gateway;
  const expiresOn = new Date(Date.now() + 20 * DAY_MS).toISOString();
  const subscription = await owner.subscribe(
    subscriptionTo(`${receiver.url}/bad`, { eventType: 'ONTActivation', expiresOn }),
  );
  const { id } = subscription;
  receiver.reply = ({ path }, response) => response.writeHead(path === '/bad' ? 404 : 200).end();
  await publish(gateway, ontActivation());
  await gateway.settle();
  await gateway.deliver();
  receiver.answer(200);
  for (const days of [3, 6]) await app.get(ChannelWatch).look(new Date(Date.now() + days * DAY_MS));
  await owner.ask('POST', `/subscriptions/${id}/channels/${onlyWebhook(subscription).id}/enable`);
  await replay(owner, { dryRun: false });
  await new ReplayClock(gateway).finish();
  await app.get(ExpiryWarnings).warnDue(new Date());
  await expire(gateway, id);
  await owner.ask('PATCH', `/subscriptions/${id}`, { expiresOn: '2999-12-31' });
  await owner.ask('DELETE', `/subscriptions/${id}`);
}

/** A message of ITAS of each template, and one of a template that nobody knows. */
async function pushAll(): Promise<void> {
  for (const tid of Object.keys(TEMPLATES) as Tid[]) await push(gateway, itasMessage(tid));
  await push(gateway, itasMessage('TID-018', { '/MessageBody/TID': 'TID-099' }));
}

describe.each(NAMES)('%s', (name) => {
  it('is described', () => {
    expect(entryOf(name)).toEqual({
      name,
      description: expect.stringMatching(/^[A-Z].*\.$/) as string,
      attributes: expect.any(Array) as string[],
      schema: expect.objectContaining({ $schema: 'https://json-schema.org/draft/2020-12/schema' }) as Json,
      example: {
        eventId: '1',
        eventTimestamp: expect.stringMatching(/Z$/) as string,
        eventType: name,
        message: expect.any(Object) as Json,
        payload: expect.any(Object) as Json,
      },
    });
  });

  it('has an example that is valid by its schema, and would not be with something missing or wrong', () => {
    const { example } = entryOf(name);
    expect(faultsOf(name, example)).toEqual([]);
    for (const member of Object.keys(example)) {
      const { [member]: _left, ...others } = example;
      expect(faultsOf(name, others)).toContain(' required');
      expect(faultsOf(name, { ...example, [member]: 7 })).not.toEqual([]);
    }
  });

  it('has attributes that its message describes, by which it can be filtered', async () => {
    const { schema, attributes, example } = entryOf(name);
    const { message } = schema['properties'] as { message: { properties: Json } };
    expect(Object.keys(message.properties).toSorted()).toEqual([...attributes].toSorted());
    const members = Object.keys(example['message'] as Json);
    expect(members.filter((member) => !attributes.includes(member))).toEqual([]);
    const created = await new Subscriber(gateway, `filters ${name}`).subscribe(
      subscriptionTo(receiver.url, {
        eventType: name,
        filters: { target: 'my', attributes: attributes.map((attribute) => ({ [attribute]: 'x' })) },
      }),
    );
    expect(created.eventType).toBe(name);
  });

  it('is sent as a sample, as its example shows it, and writes nothing', async () => {
    const owner = new Subscriber(gateway, `samples ${name}`);
    const subscription = await owner.subscribe(subscriptionTo(receiver.url, { eventType: name }));
    const before = await rowCounts(gateway.dataSource);
    receiver.reset();
    const answer = await owner.ask('POST', `/subscriptions/${subscription.id}/test`);
    expect(answer).toMatchObject({ status: 200, body: { results: [{ status: 'sent' }] } });
    const [received, ...others] = receiver.received;
    if (!received) throw new Error('nothing came');
    expect(others).toEqual([]);
    expect(received.body).toEqual({ ...entryOf(name).example, eventId: '0' });
    expect(received.headers['x-karere-sample']).toBe('true');
    expect(faultsOf(name, received.body)).toEqual([]);
    verifySignature(received, onlyWebhook(subscription).secret ?? '');
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });
});

it.each([
  ['spg.*', 'spg.work-order.created'],
  ['spg.gap.*', 'spg.gap.opened'],
  ['tuatahi.channel.*', 'tuatahi.channel.failing'],
])('a subscription to %s gets a sample of one of them, %s', async (eventType, name) => {
  const owner = new Subscriber(gateway, `samples ${eventType}`);
  const { id } = await owner.subscribe(subscriptionTo(receiver.url, { eventType }));
  receiver.reset();
  await owner.ask('POST', `/subscriptions/${id}/test`);
  expect(receiver.received.map(({ body }) => body)).toEqual([{ ...entryOf(name).example, eventId: '0' }]);
});

it('what is really delivered is valid by the schema of its type, too', async () => {
  receiver.reset();
  const owner = new Subscriber(gateway, 'owner', 'events:publish');
  for (const eventType of [
    'SPWorkOrderNotification',
    'spg.*',
    'ONTActivation',
    'tuatahi.*',
    'itas.*',
    'followup.*',
  ]) {
    await owner.subscribe(subscriptionTo(`${receiver.url}/${eventType}`, { eventType }));
  }
  for (const [n, type] of (Object.keys(NOTIFICATION_TYPES) as NotificationType[]).entries()) {
    // Between them there is a gap, of which the first is filled later.
    await send(gateway, notification(type, { eventId: String(100 + 2 * n), wonum: 'WO-1' }));
  }
  await gateway.settle();
  await send(gateway, notification('AddTaskNotify', { eventId: '101', wonum: 'WO-1' }));
  const message = { status: 'Success', error: false, errorCode: null, attempts: 2 };
  await owner.ask('POST', '/events', { ...PUBLISHED, message, partyIds: ['owner'] });
  await gateway.settle();
  await gateway.app.get(GapConfirmation).confirmOverdue(new Date(Date.now() + DAY_MS));
  await liveBadly(owner);
  await pushAll();
  await bookRemindAndCancel();
  await gateway.settle();
  await gateway.deliver();

  const bodies = receiver.received.map(({ body }) => body);
  for (const body of bodies) {
    expect([body.eventType, faultsOf(body.eventType, body)]).toEqual([body.eventType, []]);
  }
  const delivered = new Set(bodies.map(({ eventType }) => eventType));
  expect(NAMES.filter((name) => !delivered.has(name))).toEqual([]);
  await expectBalancedLedger(gateway.dataSource);
});

it('what all that has left in the log is valid by the schema of its type in /asyncapi.json', async () => {
  const api = await AsyncApi.of(gateway);
  const events = await gateway.app.get(EventLog).read(gateway.dataSource.manager, 0, 1000);
  for (const event of events) {
    expect([event.type, api.faultsOf(toCloudEvent(event))]).toEqual([event.type, []]);
  }
  const stated = new Set(events.map(({ type }) => type));
  expect(EVENT_TYPES.filter((type) => !stated.has(type))).toEqual([]);
});
