import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Consumers } from '../src/events/consumers';
import { FanOut } from '../src/tuatahi/fan-out.consumer';
import { LiveSubscriptions } from '../src/tuatahi/live-subscriptions';
import { marked, marksAt } from './support/came-to';
import { expire } from './support/expire';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { publish } from './support/source-events';
import { Subscriber, type Subscription, subscriptionTo } from './support/subscriber';
import { WebhookReceiver } from './support/webhook-receiver';

/** Two replicas on one database: what the one has fanned out, the other goes on from. */
let one: Gateway;
let two: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  const env = { ENDPOINT_CONCURRENCY: '100' };
  [one, receiver] = await Promise.all([startGateway({ env }), WebhookReceiver.start()]);
  two = await startGateway({ env, databaseUrl: one.databaseUrl });
});
afterEach(async () => {
  jest.restoreAllMocks();
  receiver.reset();
  await expectBalancedLedger(one.dataSource);
});
afterAll(async () => {
  await receiver.close();
  await two.close();
  await one.close();
});

/** A request for a subscription whose deliveries come to a path of their own. */
function requestFor(path: string, more: object = {}): object {
  return subscriptionTo(`${receiver.url}/${path}`, { eventType: 'ONTActivation', ...more });
}

/** Fans out what is in the log, and delivers it. */
async function settle(replica: Gateway = one): Promise<void> {
  await replica.settle('fan-out');
  await replica.deliver();
}

describe('subscriptions that come, go and come back', () => {
  type Step =
    | { readonly do: 'publish'; readonly events: number }
    | { readonly do: 'create' }
    | { readonly do: 'extend' | 'expire' | 'delete'; readonly which: number }
    | { readonly do: 'settle'; readonly by: 'one' | 'two' }
    | { readonly do: 'forget' };
  const which = fc.nat({ max: 2 });
  const step = fc.oneof<fc.WeightedArbitrary<Step>[]>(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('publish'), events: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('create') }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('extend'), which }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('expire'), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete'), which }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('settle'), by: fc.constantFrom('one', 'two') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('forget') }) },
  );

  interface Model {
    readonly id: string;
    readonly path: string;
    state: 'active' | 'expired' | 'deleted';
    readonly expected: number[];
  }

  /** Does the steps and keeps book of what has to come to whom. */
  class Story {
    private readonly party = randomUUID();
    private readonly subscriber = new Subscriber(one, this.party);
    private readonly models: Model[] = [];
    /** Not fanned out yet: an event's mark, and who was subscribed when it happened. */
    private waiting: { readonly mark: number; readonly live: readonly Model[] }[] = [];
    private marks = 0;

    async tell(steps: readonly Step[]): Promise<void> {
      await this.create();
      for (const each of steps) await this.take(each);
      await this.settle(one);
    }

    get came(): unknown[] {
      return this.models.map(({ path }) => marksAt(receiver, path));
    }

    get expected(): unknown[] {
      return this.models.map(({ expected }) => expected);
    }

    private async take(each: Step): Promise<void> {
      if (each.do === 'publish') return this.publish(each.events);
      if (each.do === 'create') return this.create();
      if (each.do === 'settle') return this.settle(each.by === 'one' ? one : two);
      if (each.do === 'forget') return one.app.get(LiveSubscriptions).forget();
      const model = this.models[each.which % this.models.length];
      if (!model || model.state === 'deleted') return;
      if (each.do === 'expire' && model.state === 'active') {
        await expire(one, model.id);
        model.state = 'expired';
      } else if (each.do === 'extend') {
        await this.subscriber.ask('PATCH', `/subscriptions/${model.id}`, { expiresOn: '2999-01-01' });
        model.state = 'active';
      } else if (each.do === 'delete') {
        await this.subscriber.ask('DELETE', `/subscriptions/${model.id}`);
        model.state = 'deleted';
      }
    }

    private async create(): Promise<void> {
      const path = `${this.party}/${this.models.length}`;
      const { id } = await this.subscriber.subscribe(requestFor(path));
      this.models.push({ id, path, state: 'active', expected: [] });
    }

    private async publish(events: number): Promise<void> {
      const live = this.models.filter(({ state }) => state === 'active');
      const marks = Array.from({ length: events }, () => (this.marks += 1));
      await publish(one, ...marks.map((mark) => marked(mark, this.party)));
      this.waiting.push(...marks.map((mark) => ({ mark, live })));
    }

    /** Who was subscribed when it happened gets it, unless that is over when its turn comes. */
    private async settle(replica: Gateway): Promise<void> {
      await settle(replica);
      for (const { mark, live } of this.waiting) {
        for (const model of live) if (model.state === 'active') model.expected.push(mark);
      }
      this.waiting = [];
    }
  }

  it.each([1, 3, 200])('get what happened while they lived, in batches of %d', async (batchSize) => {
    for (const replica of [one, two]) {
      jest.replaceProperty(replica.app.get(FanOut), 'batchSize', batchSize);
    }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async (steps) => {
        receiver.reset();
        const story = new Story();
        await story.tell(steps);
        expect(story.came).toEqual(story.expected);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it.each<['knows', () => Gateway] | ['knows nothing of', () => Gateway]>([
    ['knows', () => one],
    ['knows nothing of', () => two],
  ])('get it from a replica thousands of events behind that %s them', async (_name, replica) => {
    const party = randomUUID();
    const subscriber = new Subscriber(one, party);
    const create = (path: string): Promise<Subscription> =>
      subscriber.subscribe(
        requestFor(`${party}/${path}`, {
          filters: { target: 'my', attributes: [{ status: 'Told' }] },
        }),
      );
    /** A thousand events, of which only the middle one matters. */
    const thousand = (mark: string): Promise<void> =>
      publish(
        one,
        ...Array.from({ length: 1000 }, (_, index) =>
          index === 500 ? marked(mark, party, { status: 'Told' }) : marked(mark, party),
        ),
      );
    await settle(one);
    const [steady, revived, back, deleted] = [
      await create('steady'),
      await create('revived'),
      await create('back'),
      await create('deleted'),
    ];
    await expire(one, back.id);
    await settle(one);
    if (replica() !== one) replica().app.get(LiveSubscriptions).forget();

    await thousand('first');
    const [, ended] = [await create('late'), await create('ended')];
    await expire(one, revived.id);
    await subscriber.ask('PATCH', `/subscriptions/${steady.id}`, { expiresOn: '2999-01-01' });
    await thousand('second');
    for (const { id } of [revived, back]) {
      await subscriber.ask('PATCH', `/subscriptions/${id}`, { expiresOn: '2999-01-01' });
    }
    await subscriber.ask('DELETE', `/subscriptions/${deleted.id}`);
    await expire(one, ended.id);
    await thousand('third');
    await settle(replica());

    const marks = (...paths: string[]): unknown =>
      Object.fromEntries(paths.map((path) => [path, marksAt(receiver, `${party}/${path}`)]));
    expect(marks('steady', 'revived', 'back', 'deleted', 'late', 'ended')).toEqual({
      steady: ['first', 'second', 'third'],
      revived: ['first', 'third'],
      back: ['third'],
      deleted: [],
      late: ['second', 'third'],
      ended: [],
    });
    await subscriber.ask('PATCH', `/subscriptions/${ended.id}`, { expiresOn: '2999-01-01' });
    await publish(one, marked('fourth', party, { status: 'Told' }));
    await settle(one);
    expect(marks('ended', 'back')).toEqual({ ended: ['fourth'], back: ['third', 'fourth'] });
  });

  it('get what happened while they lived also when their end was known before', async () => {
    jest.replaceProperty(one.app.get(FanOut), 'batchSize', 2);
    const path = randomUUID();
    const subscriber = new Subscriber(one, path);
    await settle();
    const { id } = await subscriber.subscribe(requestFor(path));
    await publish(one, marked(1, path), marked(2, path), marked(3, path));
    await expire(one, id);
    const consumers = one.app.get(Consumers);
    // The creation and the first event, at a time when it has expired.
    await consumers.loopOf(one.app.get(FanOut)).runOnce();
    await subscriber.ask('PATCH', `/subscriptions/${id}`, { expiresOn: '2999-01-01' });
    await settle();
    expect(marksAt(receiver, path)).toEqual([2, 3]);
  });
});
