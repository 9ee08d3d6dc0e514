import fc from 'fast-check';
import { type FilterEntry, naiveMatch } from '../../src/tuatahi/filter';
import {
  type IndexedEvent,
  type IndexedSubscription,
  SubscriptionIndex,
} from '../../src/tuatahi/subscription-index';

/** What the index has to find, by looking at every subscription. */
function naively(
  subscriptions: Iterable<IndexedSubscription>,
  { types, partyIds, attributes: found }: IndexedEvent,
): string[] {
  return [...subscriptions]
    .filter(({ eventTypes, partyId, attributes }) => {
      const prefix = eventTypes.endsWith('.*') ? eventTypes.slice(0, -1) : undefined;
      const ofType = types.some((type) => type === eventTypes || (prefix && type.startsWith(prefix)));
      return ofType && partyIds.includes(partyId) && naiveMatch({ target: 'my', attributes }, found);
    })
    .map(({ id }) => id)
    .toSorted();
}

const TYPE = 'ONTActivation';
function subscription(id: string, ...attributes: FilterEntry[]): IndexedSubscription {
  return { id, eventTypes: TYPE, partyId: 'p', attributes };
}
function event(attributes: IndexedEvent['attributes'], types: string[] = [TYPE]): IndexedEvent {
  return { types, partyIds: ['p'], attributes };
}
function indexOf(...subscriptions: IndexedSubscription[]): SubscriptionIndex {
  const index = new SubscriptionIndex();
  for (const each of subscriptions) index.add(each);
  return index;
}

/** How many entries the maps and sets of an index have, all together. */
function held(part: unknown): number {
  if (typeof part !== 'object' || part === null) return 0;
  if (part instanceof Set) return part.size;
  const members: unknown[] =
    part instanceof Map ? [...(part.values() as Iterable<unknown>)] : Object.values(part);
  return members.reduce<number>((sum, member) => sum + held(member), part instanceof Map ? part.size : 0);
}

describe('an event finds subscriptions', () => {
  it('of its type and party', () => {
    const index = indexOf(
      subscription('1'),
      { ...subscription('2'), partyId: 'q' },
      { ...subscription('3'), eventTypes: 'SPWorkOrderNotification' },
    );
    expect(index.match(event({}))).toEqual(['1']);
    expect(index.match({ ...event({}), partyIds: ['q', 'p', 'r'] })).toEqual(['1', '2']);
    expect(index.match({ ...event({}), partyIds: [] })).toEqual([]);
    expect(index.match(event({}, []))).toEqual([]);
  });

  it('by its own type, by its public name, and by every prefix, each once', () => {
    const patterns = [
      'spg.work-order.created',
      'SPWorkOrderNotification',
      'spg.work-order.*',
      'spg.*',
      'spg.work.*',
      'spg.work-order.created.*',
      'spg',
      'SPWorkOrderNotification.*',
      '*',
      '.*',
    ];
    const index = indexOf(...patterns.map((eventTypes) => ({ ...subscription(eventTypes), eventTypes })));
    const types = [
      'spg.work-order.created',
      'SPWorkOrderNotification',
      'spg.work-order.created',
      'spg.other',
    ];
    expect(index.match(event({}, types))).toEqual(patterns.slice(0, 4).toSorted());
  });

  it('by attributes of any scalar type, OR over entries, AND within', () => {
    const index = indexOf(
      subscription('both', { error: 'false', attempts: '2' }),
      subscription('either', { error: 'true' }, { attempts: '2' }),
      subscription('none', { error: 'true' }, { attempts: '3' }),
    );
    expect(index.match(event({ error: false, attempts: 2, status: 'x' }))).toEqual(['both', 'either']);
  });

  it('whose negation is not fulfilled, alone or with conditions', () => {
    const index = indexOf(
      subscription('not', { __not__: { status: 'Success' } }),
      subscription('not both', { __not__: { status: 'Success', error: 'true' } }),
      subscription('and not', { error: 'false', __not__: { status: 'Success' } }),
      subscription('and not else', { error: 'false', __not__: { status: 'Failed' } }),
      subscription('not nothing', { __not__: {} }),
    );
    expect(index.match(event({ status: 'Success', error: false }))).toEqual([
      'and not else',
      'not both',
      'not nothing',
    ]);
    expect(index.match(event({}))).toEqual(['not', 'not both', 'not nothing']);
  });

  it('once, though several entries match', () => {
    expect(
      indexOf(subscription('1', { a: '1' }, { b: '2' }, { __not__: { c: '3' } })).match(
        event({ a: 1, b: 2 }),
      ),
    ).toEqual(['1']);
  });

  it('by own attributes only, whatever they are called', () => {
    const index = indexOf(
      subscription('1', { toString: String(Object.prototype.toString) }),
      subscription('2', JSON.parse('{"__proto__": "x"}') as FilterEntry),
      subscription('3', { constructor: 'x' }),
    );
    expect(index.match(event({}))).toEqual([]);
    const hostile = JSON.parse('{"__proto__": "x", "constructor": "x"}') as Record<string, unknown>;
    expect(index.match(event(hostile))).toEqual(['2', '3']);
  });

  it('without confusing where a name ends and a text begins', () => {
    const index = indexOf(
      subscription('1', { a: 'bc' }),
      subscription('2', { ab: 'c' }),
      subscription('3', { '1:a': 'bc' }),
    );
    expect(index.match(event({ ab: 'c' }))).toEqual(['2']);
  });

  it('in the order of their ids, whatever the order they came in', () => {
    const ids = ['b', 'a', 'c', '10', '9'];
    expect(indexOf(...ids.map((id) => subscription(id))).match(event({}))).toEqual([
      '10',
      '9',
      'a',
      'b',
      'c',
    ]);
  });
});

describe('a subscription', () => {
  it('is replaced by one with the same id', () => {
    const index = indexOf(subscription('1', { a: '1' }), subscription('1', { a: '2' }));
    expect(index.match(event({ a: '1' }))).toEqual([]);
    expect(index.match(event({ a: '2' }))).toEqual(['1']);
  });

  it('is gone when it is removed, and only it', () => {
    const index = indexOf(
      subscription('1', { a: '1' }),
      subscription('2', { a: '1' }),
      subscription('3', { a: '1', b: '2' }),
    );
    expect([index.remove('1'), index.remove('1')]).toEqual([true, false]);
    expect(index.match(event({ a: '1', b: '2' }))).toEqual(['2', '3']);
  });

  it('does not follow what its owner does to the filter afterwards', () => {
    const attributes: Record<string, string>[] = [{ a: '1' }];
    const index = indexOf({ ...subscription('1'), attributes });
    attributes[0]!['a'] = '2';
    attributes.push({});
    index.remove('1');
    expect(held(index)).toBe(0);
  });

  it('may have an entry with very many conditions, and a twin', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`a${n}`, 'x']));
    const index = indexOf(subscription('1', many), subscription('2', many));
    expect(index.match(event(many))).toEqual(['1', '2']);
    index.remove('1');
    expect(index.match(event(many))).toEqual(['2']);
    expect(index.match(event({ ...many, a999: 'y' }))).toEqual([]);
  });
});

const text = fc.constantFrom('x', 'y', 'true', '1');
const attribute = fc.constantFrom('a', 'b', 'c', 'd', '__proto__');
const texts = fc.dictionary(attribute, text, { maxKeys: 3 });
const anyEntry = fc.oneof(
  texts,
  fc.tuple(texts, texts).map(([all, not]): FilterEntry => Object.assign(all, { __not__: not })),
);
const anyId = fc.nat(20).map(String);
const subscribed = fc.record({
  id: anyId,
  eventTypes: fc.constantFrom(
    'spg.*',
    'spg.work-order.*',
    'spg.work-order.created',
    'SPWorkOrderNotification',
    'spg.task.*',
  ),
  partyId: fc.constantFrom('p', 'q'),
  attributes: fc.array(anyEntry, { maxLength: 3 }),
});
const happened = fc.record({
  types: fc.constantFrom(
    ['spg.work-order.created', 'SPWorkOrderNotification'],
    ['spg.task.added', 'SPWorkOrderNotification'],
    ['spg.gap.opened'],
  ),
  partyIds: fc.subarray(['p', 'q', 'r']),
  attributes: fc.dictionary(attribute, fc.oneof(text, fc.constantFrom(true, 1, null, {}))),
});

describe('whatever is added and removed', () => {
  const step = fc.oneof(
    { arbitrary: subscribed, weight: 4 },
    { arbitrary: anyId, weight: 1 },
    { arbitrary: happened, weight: 2 },
  );

  it('an event finds what it would find by looking at every subscription', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(happened), (steps, events) => {
        const index = new SubscriptionIndex();
        const live = new Map<string, IndexedSubscription>();
        const agrees = (each: IndexedEvent): void =>
          expect(index.match(each)).toEqual(naively(live.values(), each));
        for (const each of steps) {
          if (typeof each === 'string') expect(index.remove(each)).toBe(live.delete(each));
          else if ('types' in each) agrees(each);
          else {
            index.add(each);
            live.set(each.id, each);
          }
        }
        for (const each of events) agrees(each);
        for (const each of live.keys()) expect(index.remove(each)).toBe(true);
        expect(held(index)).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('nothing stays behind when all have gone', () => {
    fc.assert(
      fc.property(fc.array(subscribed, { maxLength: 30 }), fc.array(anyId), (subscriptions, order) => {
        const index = indexOf(...subscriptions);
        for (const each of [...order, ...subscriptions.map((one) => one.id)]) index.remove(each);
        expect(held(index)).toBe(0);
      }),
    );
  });

  it('coming and going again and again takes no more room than once', () => {
    fc.assert(
      fc.property(fc.array(subscribed, { maxLength: 20 }), subscribed, (subscriptions, guest) => {
        const index = indexOf(...subscriptions.filter((each) => each.id !== guest.id));
        const afterVisit = (): number => {
          index.add(guest);
          index.remove(guest.id);
          return held(index);
        };
        expect(afterVisit()).toBe(afterVisit());
      }),
    );
  });
});

/** Counted instead of timed: how often an event makes the index look something up. */
function lookUpsOf(index: SubscriptionIndex, each: IndexedEvent): number {
  const gets = jest.spyOn(Map.prototype, 'get');
  const has = jest.spyOn(Set.prototype, 'has');
  try {
    index.match(each);
    return gets.mock.calls.length + has.mock.calls.length;
  } finally {
    gets.mockRestore();
    has.mockRestore();
  }
}

describe('the cost of an event does not grow with the subscriptions', () => {
  const order = {
    status: 'Success',
    error: false,
    orderID: 'ORD7',
    opticalStatus: 'OK',
    ontSerialNumber: 'S7',
  };
  const shapes: [string, (n: number) => FilterEntry][] = [
    ['with an order each', (n) => ({ orderID: `ORD${n}` })],
    ['with an order each and a value that all share', (n) => ({ status: 'Success', orderID: `ORD${n}` })],
    [
      'with two values, each shared by many',
      (n) => ({ orderID: `ORD${n % 100}`, ontSerialNumber: `S${Math.floor(n / 100)}` }),
    ],
    ['that all negate the same', () => ({ __not__: { status: 'Success' } })],
    [
      'that all negate the same, with a condition',
      () => ({ error: 'false', __not__: { status: 'Success' } }),
    ],
    ['that each ask for an attribute of their own', (n) => ({ status: 'Success', [`attribute${n}`]: 'x' })],
  ];

  it.each(shapes)('%s', (_name, shape) => {
    const [few, many] = [10, 10_000].map((count) => {
      const all = Array.from({ length: count }, (_, n) => subscription(String(n), shape(n)));
      const index = indexOf(...all);
      expect(index.match(event(order))).toEqual(naively(all, event(order)));
      return lookUpsOf(index, event(order));
    });
    expect(many! - few!).toBeLessThanOrEqual(10);
    expect(many).toBeLessThan(50);
  });

  it('and is at most 2ⁿ places for n attributes', () => {
    const names = Object.keys(order);
    const all = Array.from({ length: 2 ** names.length * 10 }, (_, n) => {
      const chosen = names.filter((_name, bit) => n & (1 << bit));
      const entry = Object.fromEntries(
        chosen.map((name) => [name, String(order[name as keyof typeof order])]),
      );
      return subscription(String(n), { ...entry, [`z${n}`]: 'x' });
    });
    const { length: n } = names;
    expect(lookUpsOf(indexOf(...all), event(order))).toBeLessThanOrEqual(2 * n * 2 ** n);
  });

  it('nor with the square of the attributes', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`a${n}`, 'x']));
    const index = indexOf(subscription('1', many), subscription('2', many));
    expect(lookUpsOf(index, event(many))).toBeLessThan(5000);
  });
});
