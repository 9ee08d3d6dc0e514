import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { exampleOf } from '../src/spg/dto/examples';
import { Expiry } from '../src/tuatahi/expiry.service';
import { type FilterEntry, type Filters, naiveMatch } from '../src/tuatahi/filter';
import { LiveSubscriptions } from '../src/tuatahi/live-subscriptions';
import { cameTo, marked, marksAt } from './support/came-to';
import { eventually } from './support/eventually';
import { endTimeOf, expire } from './support/expire';
import { type Gateway, startGateway } from './support/gateway';
import { send } from './support/http';
import { expectBalancedLedger } from './support/notification-ledger';
import { ontActivation, publish } from './support/source-events';
import { Subscriber, subscriptionTo } from './support/subscriber';
import { WebhookReceiver } from './support/webhook-receiver';

let gateway: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  const env = { ENDPOINT_CONCURRENCY: '100' };
  [gateway, receiver] = await Promise.all([startGateway({ env }), WebhookReceiver.start()]);
});
afterEach(async () => {
  receiver.reset();
  await expectBalancedLedger(gateway.dataSource);
});
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

/** A request for a subscription whose deliveries come to a path of their own. */
function requestFor(path: string, more: object = {}): object {
  return subscriptionTo(`${receiver.url}/${path}`, { eventType: 'ONTActivation', ...more });
}

/** Fans out what is in the log, and delivers it. */
async function settle(): Promise<void> {
  await gateway.settle('fan-out');
  await gateway.deliver();
}

describe('an event', () => {
  const texts = fc.record(
    {
      status: fc.constantFrom('Success', 'Failed', ''),
      error: fc.constantFrom('true', 'false'),
      orderID: fc.constantFrom('A', 'B'),
      errorCode: fc.constantFrom('E1', 'E2'),
    },
    { requiredKeys: [] },
  );
  const entry = fc
    .tuple(texts, fc.option(texts, { nil: undefined, freq: 2 }))
    .map(([all, not]): FilterEntry => ({ ...all, ...(not && { __not__: not }) }));
  const filters = fc.option(
    fc.record<Filters, 'target'>(
      { target: fc.constant('my'), attributes: fc.array(entry, { maxLength: 3 }) },
      { requiredKeys: ['target'] },
    ),
    { freq: 8, nil: undefined },
  );
  const message = texts.map(({ error, ...others }) => ({
    ...others,
    ...(error !== undefined && { error: error === 'true' }),
  }));
  const party = fc.constantFrom('p', 'q', 'r');

  it('reaches exactly the subscriptions of its parties whose filters a plain reading accepts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ party, filters }), { minLength: 20, maxLength: 30 }),
        fc.array(fc.record({ parties: fc.uniqueArray(party, { minLength: 1 }), message }), {
          minLength: 20,
          maxLength: 40,
        }),
        async (subscriptions, events) => {
          receiver.reset();
          const run = randomUUID();
          await Promise.all(
            subscriptions.map((wanted, index) =>
              new Subscriber(gateway, `${wanted.party}-${run}`).subscribe(
                requestFor(`${run}/${index}`, { filters: wanted.filters }),
              ),
            ),
          );
          const published = events.map((event, mark) =>
            ontActivation(event.message, {
              partyIds: event.parties.map((name) => `${name}-${run}`),
              payload: { mark },
            }),
          );
          await publish(gateway, ...published.slice(0, 7));
          await publish(gateway, ...published.slice(7));
          await settle();
          for (const [index, wanted] of subscriptions.entries()) {
            const expected = events.flatMap((event, mark) =>
              event.parties.includes(wanted.party) && naiveMatch(wanted.filters, event.message) ? [mark] : [],
            );
            expect({ index, came: marksAt(receiver, `${run}/${index}`) }).toEqual({ index, came: expected });
          }
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('comes under the name that each has subscribed to, once', async () => {
    const names = {
      public: 'SPWorkOrderNotification',
      own: 'spg.work-order.created',
      module: 'spg.*',
      part: 'spg.work-order.*',
      tasks: 'spg.task.*',
      other: 'spg.work-order.closed',
      ont: 'ONTActivation',
    };
    const owner = new Subscriber(gateway);
    for (const [path, eventType] of Object.entries(names)) {
      await owner.subscribe(requestFor(`names/${path}`, { eventType }));
    }
    const created = exampleOf('CreateWorkOrderNotify', { eventId: '1' });
    await send(gateway, created);
    await send(gateway, exampleOf('AddTaskNotify', { eventId: '2' }));
    await settle();
    expect(
      Object.fromEntries(
        Object.keys(names).map((path) => [
          path,
          cameTo(receiver, `names/${path}`).map(({ body }) => body.eventType),
        ]),
      ),
    ).toEqual({
      public: ['SPWorkOrderNotification', 'SPWorkOrderNotification'],
      own: ['spg.work-order.created'],
      module: ['spg.work-order.created', 'spg.task.added'],
      part: ['spg.work-order.created'],
      tasks: ['spg.task.added'],
      other: [],
      ont: [],
    });
    const { eventId, eventTimestamp, message: flat, payload } = created;
    const { notificationType, wonum } = flat;
    expect(cameTo(receiver, 'names/public')[0]?.body).toMatchObject({
      eventTimestamp,
      message: flat,
      payload,
    });
    expect(cameTo(receiver, 'names/own')[0]?.body).toMatchObject({
      message: { eventId, eventTimestamp, notificationType, wonum },
      payload: { eventId, wonum, message: flat, payload },
    });
  });

  it('is filtered by what it shows under the name that was subscribed to', async () => {
    const owner = new Subscriber(gateway);
    const only = (attributes: object): object => ({ filters: { target: 'my', attributes: [attributes] } });
    const eventType = 'SPWorkOrderNotification';
    await owner.subscribe(requestFor('seen/wonum', { eventType, ...only({ wonum: 'WO-7' }) }));
    await owner.subscribe(
      requestFor('seen/task', { eventType: 'spg.task.*', ...only({ notificationType: 'AddTaskNotify' }) }),
    );
    await owner.subscribe(
      requestFor('seen/others', { eventType: 'spg.*', ...only({ __not__: { wonum: 'WO-7' } }) }),
    );
    for (const [eventId, wonum] of [
      ['11', 'WO-7'],
      ['12', 'WO-8'],
    ] as const) {
      await send(gateway, exampleOf('AddTaskNotify', { eventId, wonum }));
    }
    await settle();
    const wonumsAt = (path: string): unknown[] =>
      cameTo(receiver, path).map(({ body }) => body.message['wonum']);
    expect(wonumsAt('seen/wonum')).toEqual(['WO-7']);
    expect(wonumsAt('seen/task')).toEqual(['WO-7', 'WO-8']);
    expect(wonumsAt('seen/others')).toEqual(['WO-8']);
  });

  it('of several parties reaches each of them by its own subscription, and nobody else', async () => {
    for (const name of ['several-a', 'several-b', 'several-c']) {
      await new Subscriber(gateway, name).subscribe(requestFor(name));
    }
    const [both, nobodys] = [['several-a', 'several-b', 'several-a'], ['several-nobody']];
    await publish(gateway, ontActivation({}, { partyIds: both }), ontActivation({}, { partyIds: nobodys }));
    await settle();
    expect(['several-a', 'several-b', 'several-c'].map((name) => cameTo(receiver, name).length)).toEqual([
      1, 1, 0,
    ]);
  });

  it.each(['has not noticed', 'has noticed'])(
    'that comes when the time of a subscription is over does not reach it, though a job %s',
    async (noticed) => {
      const path = randomUUID();
      const subscriber = new Subscriber(gateway, path);
      const { id } = await subscriber.subscribe(requestFor(path));
      await publish(gateway, marked('before', path));
      await settle();
      await publish(gateway, marked('just before', path));
      const over = await endTimeOf(gateway, id);
      await eventually('it is over', Date.now, (now) => now >= over.getTime());
      await publish(gateway, marked('after', path));
      if (noticed === 'has noticed') await gateway.app.get(Expiry).expireDue(over);
      await subscriber.ask('PATCH', `/subscriptions/${id}`, { expiresOn: '2999-01-01' });
      await publish(gateway, marked('again', path));
      gateway.app.get(LiveSubscriptions).forget();
      await settle();
      expect(marksAt(receiver, path)).toEqual(['before', 'just before', 'again']);
    },
  );
});

describe('events about subscriptions', () => {
  it('come to those of the party who have subscribed to them', async () => {
    const party = 'about';
    const subscriber = new Subscriber(gateway, party);
    const watching = await subscriber.subscribe(
      requestFor('about/all', { eventType: 'tuatahi.subscription.*' }),
    );
    await subscriber.subscribe(requestFor('about/deleted', { eventType: 'tuatahi.subscription.deleted' }));
    await new Subscriber(gateway, 'about-others').subscribe(
      requestFor('about/others', { eventType: 'tuatahi.subscription.*' }),
    );
    const { id } = await subscriber.subscribe(requestFor('about/it'));
    await subscriber.ask('PATCH', `/subscriptions/${id}`, { expiresOn: '2999-01-01' });
    await expire(gateway, id);
    await subscriber.ask('PATCH', `/subscriptions/${id}`, { expiresOn: '2999-01-01' });
    await subscriber.ask('DELETE', `/subscriptions/${id}`);
    await subscriber.ask('PATCH', `/subscriptions/${watching.id}`, { expiresOn: '2999-01-01' });
    await settle();

    const told = (path: string): unknown[] =>
      cameTo(receiver, path).map(({ body: { eventType, message } }) => [
        eventType.slice('tuatahi.subscription.'.length),
        message['subscriptionId'] === id ? 'it' : message['subscriptionId'] === watching.id ? 'own' : 'other',
        message['revived'],
      ]);
    // Not its own creation: then it was not there yet.
    expect(told('about/all')).toEqual([
      ['created', 'other', undefined],
      ['created', 'it', undefined],
      ['extended', 'it', false],
      ['expired', 'it', undefined],
      ['extended', 'it', true],
      ['deleted', 'it', undefined],
      ['extended', 'own', false],
    ]);
    expect(told('about/deleted')).toEqual([['deleted', 'it', undefined]]);
    expect(cameTo(receiver, 'about/others')).toEqual([]);
  });
});
