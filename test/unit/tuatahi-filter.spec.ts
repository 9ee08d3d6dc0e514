import fc from 'fast-check';
import { canonicalEntries, filterHash } from '../../src/tuatahi/canonical-filter';
import { attributeTexts, type FilterEntry, type Filters, naiveMatch } from '../../src/tuatahi/filter';
import {
  findInvalidFilters,
  MAX_ATTRIBUTES,
  MAX_ENTRIES,
  MAX_TEXT,
} from '../../src/tuatahi/find-invalid-filters';

const ONT_ACTIVATION = new Set([
  'status',
  'errorCode',
  'errorDetails',
  'errorTitle',
  'error',
  'orderID',
  'ontSerialNumber',
  'opticalStatus',
]);

const my = (...attributes: FilterEntry[]): Filters => ({ target: 'my', attributes });
/** As it comes over HTTP: `__proto__` is a member like any other. */
const json = (text: string): Record<string, string> => JSON.parse(text) as Record<string, string>;

describe('naiveMatch', () => {
  const event = { status: 'Success', error: false, orderID: 'ORD1', attempts: 2, note: null };

  it.each<[string, Filters | null | undefined]>([
    ['no filters', undefined],
    ['null', null],
    ['no attributes', { target: 'my' }],
    ['attributes that are null', { target: 'my', attributes: null }],
    ['an empty list', my()],
    ['an empty entry', my({})],
    ['an empty entry beside one that does not match', my({ status: 'Failed' }, {})],
    ['an empty __not__', my({ __not__: {} })],
  ])('takes every event with %s', (_name, filters) => {
    expect(naiveMatch(filters, event)).toBe(true);
    expect(naiveMatch(filters, {})).toBe(true);
  });

  it.each<[string, boolean, FilterEntry[]]>([
    ['one that is equal', true, [{ status: 'Success' }]],
    ['one that is not', false, [{ status: 'success' }]],
    ['a boolean as a string', true, [{ error: 'false' }]],
    ['a number as a string', true, [{ attempts: '2' }]],
    ['both in an entry', true, [{ status: 'Success', orderID: 'ORD1' }]],
    ['one of both in an entry', false, [{ status: 'Success', orderID: 'ORD2' }]],
    ['one of two entries', true, [{ status: 'Failed' }, { orderID: 'ORD1' }]],
    ['none of two entries', false, [{ status: 'Failed' }, { orderID: 'ORD2' }]],
    ['an attribute that is missing', false, [{ errorCode: '' }]],
    ['an attribute that is null', false, [{ note: 'null' }]],
    ['not what it is', false, [{ __not__: { status: 'Success' } }]],
    ['not what it is not', true, [{ __not__: { status: 'Failed' } }]],
    ['not one that is missing', true, [{ __not__: { errorCode: 'E1' } }]],
    ['not all of several', false, [{ __not__: { status: 'Success', orderID: 'ORD1' } }]],
    ['not all, but some of several', true, [{ __not__: { status: 'Success', orderID: 'ORD2' } }]],
    ['equal and not', false, [{ status: 'Success', __not__: { orderID: 'ORD1' } }]],
    ['equal and not something else', true, [{ status: 'Success', __not__: { orderID: 'ORD2' } }]],
    ['unequal and not', false, [{ status: 'Failed', __not__: { orderID: 'ORD2' } }]],
    ['equal and an empty not', true, [{ status: 'Success', __not__: {} }]],
    ['unequal and an empty not', false, [{ status: 'Failed', __not__: {} }]],
  ])('with %s: %s', (_name, expected, entries) => {
    expect(naiveMatch(my(...entries), event)).toBe(expected);
  });

  it('knows own members only', () => {
    const inherited = String(Object.prototype.toString);
    expect(naiveMatch(my({ toString: inherited }), {})).toBe(false);
    expect(naiveMatch(my(json('{"__proto__": "x"}')), {})).toBe(false);
    expect(naiveMatch(my(json('{"__proto__": "x"}')), json('{"__proto__": "x"}'))).toBe(true);
    expect(naiveMatch(my({ __not__: json('{"__proto__": "x"}') }), json('{"__proto__": "x"}'))).toBe(false);
  });
});

describe('attributeTexts', () => {
  it('takes the scalars', () => {
    const attributes = { a: 'x', b: '', c: 0, d: true, e: null, f: undefined, g: {}, h: ['x'], i: 1.5e21 };
    expect([...attributeTexts(attributes)]).toEqual([
      ['a', 'x'],
      ['b', ''],
      ['c', '0'],
      ['d', 'true'],
      ['i', '1.5e+21'],
    ]);
  });
});

describe('findInvalidFilters', () => {
  const invalid = (filters: unknown, known?: ReadonlySet<string>): string[] =>
    findInvalidFilters(filters, known).map(({ pointer, keyword }) => `${pointer} ${keyword}`);

  it('accepts the filter of the interface document', () => {
    const texts = Object.fromEntries([...ONT_ACTIVATION].map((name) => [name, 'Success']));
    expect(findInvalidFilters(my({ ...texts, __not__: texts }), ONT_ACTIVATION)).toEqual([]);
  });

  it.each([
    undefined,
    null,
    { target: 'my' },
    { target: 'my', attributes: null },
    { target: 'my', attributes: [] },
    { target: 'my', attributes: [{}] },
    { target: 'my', attributes: [{ __not__: {} }, { status: '' }] },
  ])('accepts %j', (filters) => {
    expect(invalid(filters, ONT_ACTIVATION)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['/filters object', []],
    ['/filters object', 'my'],
    ['/filters/target choice', {}],
    ['/filters/target choice', { target: 'all' }],
    ['/filters/target choice', { target: ['my'] }],
    ['/filters/atributes unknown', { target: 'my', atributes: [] }],
    ['/filters/attributes list', { target: 'my', attributes: {} }],
    [
      '/filters/attributes list',
      { target: 'my', attributes: Array.from({ length: MAX_ENTRIES + 1 }, () => ({})) },
    ],
    ['/filters/attributes/1 object', { target: 'my', attributes: [{}, null] }],
    ['/filters/attributes/0 object', { target: 'my', attributes: [[]] }],
    ['/filters/attributes/0/state attribute', { target: 'my', attributes: [{ state: 'x' }] }],
    ['/filters/attributes/0/a~1b attribute', { target: 'my', attributes: [{ 'a/b': 'x' }] }],
    ['/filters/attributes/0/toString attribute', { target: 'my', attributes: [{ toString: 'x' }] }],
    ['/filters/attributes/0/__proto__ attribute', json('{"target":"my","attributes":[{"__proto__":"x"}]}')],
    ['/filters/attributes/0/error text', { target: 'my', attributes: [{ error: false }] }],
    ['/filters/attributes/0/error text', { target: 'my', attributes: [{ error: null }] }],
    ['/filters/attributes/0/error text', { target: 'my', attributes: [{ error: 'a\0' }] }],
    ['/filters/attributes/0/error text', { target: 'my', attributes: [{ error: 'a'.repeat(MAX_TEXT + 1) }] }],
    ['/filters/attributes/0/__not__ object', { target: 'my', attributes: [{ __not__: null }] }],
    ['/filters/attributes/0/__not__ object', { target: 'my', attributes: [{ __not__: 'x' }] }],
    [
      '/filters/attributes/0/__not__/state attribute',
      { target: 'my', attributes: [{ __not__: { state: '' } }] },
    ],
    [
      '/filters/attributes/0/__not__/error text',
      { target: 'my', attributes: [{ __not__: { error: true } }] },
    ],
    [
      '/filters/attributes/0/__not__/__not__ attribute',
      { target: 'my', attributes: [{ __not__: { __not__: {} } }] },
    ],
  ])('says %s', (expected, filters) => {
    expect(invalid(filters, ONT_ACTIVATION)).toEqual([expected]);
  });

  it('says every fault, up to 50, and which attributes there are', () => {
    expect(findInvalidFilters({ target: 'your', attributes: [{ state: 'x' }] }, new Set(['status']))).toEqual(
      [
        { pointer: '/filters/target', keyword: 'choice', detail: 'must be "my"' },
        {
          pointer: '/filters/attributes/0/state',
          keyword: 'attribute',
          detail: 'is not an attribute of this event type; its attributes: status',
        },
      ],
    );
    expect(
      invalid({ attributes: Array.from({ length: 100 }, () => ({ state: 'x' })) }, ONT_ACTIVATION),
    ).toHaveLength(50);
  });

  it('takes any attribute when they can not be listed', () => {
    expect(invalid(my({ wonum: 'WO-1', toString: 'x', __not__: { any: '' } }))).toEqual([]);
    expect(invalid(my({ 'a\0': 'x' }))).toEqual(['/filters/attributes/0/a\0 attribute']);
    expect(invalid({ target: 'my', attributes: [{ __not__: { __not__: 'x' } }] })).toEqual([
      '/filters/attributes/0/__not__/__not__ attribute',
    ]);
  });

  it('limits the attributes of an entry', () => {
    const many = (count: number): FilterEntry =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, 'x']));
    expect(invalid(my(many(MAX_ATTRIBUTES)))).toEqual([]);
    expect(invalid(my(many(MAX_ATTRIBUTES + 1)))).toEqual(['/filters/attributes/0 object']);
  });

  it('accepts only what can be matched and hashed, and never throws', () => {
    const value = fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 1 }));
    const name = fc.oneof(
      fc.constantFrom('status', 'error', '__not__', '__proto__', 'constructor'),
      fc.string(),
    );
    const entry = fc.oneof(
      fc.dictionary(name, fc.oneof(value, fc.dictionary(name, value))),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const filters = fc.record({
      target: fc.oneof({ arbitrary: fc.constant('my'), weight: 5 }, fc.jsonValue()),
      attributes: fc.oneof(fc.array(entry, { maxLength: 3 }), fc.jsonValue()),
    });
    fc.assert(
      fc.property(
        fc.oneof(filters, fc.jsonValue()),
        fc.constantFrom(undefined, ONT_ACTIVATION),
        (plain, known) => {
          if (findInvalidFilters(plain, known).length > 0) return;
          expect(filterHash(plain as unknown as Filters)).toMatch(/^[0-9a-f]{64}$/);
          expect(typeof naiveMatch(plain as unknown as Filters, { status: 'x' })).toBe('boolean');
        },
      ),
      { numRuns: 2000 },
    );
  });
});

const text = fc.constantFrom('a', 'b', '');
const texts = fc.dictionary(fc.constantFrom('x', 'y', 'z', '__proto__', 'toString'), text);
const entry = fc
  .tuple(texts, fc.option(texts))
  .map(([all, not]): FilterEntry => (not ? Object.assign(all, { __not__: not }) : all));

/** The same in another order. */
function shuffled<T extends object>(object: T, reverse: boolean): T {
  const members = Object.entries(object);
  return Object.fromEntries(reverse ? members.toReversed() : members) as T;
}

describe('the canonical form', () => {
  it('sorts conditions and entries and drops repetitions', () => {
    const entries = [
      { b: '2', a: '1' },
      { a: '0', __not__: { d: '4', c: '3' } },
      { a: '1', b: '2', __not__: {} },
    ];
    expect(canonicalEntries(entries)).toEqual([
      {
        all: [['a', '0']],
        not: [
          ['c', '3'],
          ['d', '4'],
        ],
      },
      {
        all: [
          ['a', '1'],
          ['b', '2'],
        ],
        not: [],
      },
    ]);
  });

  it('is empty when everything matches, but not when nothing does', () => {
    expect(canonicalEntries([])).toEqual([]);
    expect(canonicalEntries([{ a: '1' }, {}])).toEqual([]);
    expect(canonicalEntries([{ __not__: {} }])).toEqual([]);
    expect(canonicalEntries([{ a: '1', __not__: { a: '1' } }])).toHaveLength(1);
  });

  it('has the same hash for ever', () => {
    const everything = '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945';
    for (const filters of [undefined, null, my(), my({}), { target: 'my' } as const]) {
      expect(filterHash(filters)).toBe(everything);
    }
    expect(filterHash(my({ status: 'Success', __not__: { errorCode: 'E1' } }))).toBe(
      '1e6696ea620ba93c6fb61f115f4e1d475b9c4ec9caedf04d350bb72edda615d0',
    );
  });

  it('has one hash for every order and repetition', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 4 }),
        fc.boolean(),
        fc.nat(4),
        (entries, reverse, repeated) => {
          const again = entries.map((each) => shuffled(each, reverse)).toReversed();
          const filters = my(...again, ...entries.slice(0, repeated));
          expect(filterHash(filters)).toBe(filterHash(my(...entries)));
        },
      ),
    );
  });

  it('has another hash for filters that match otherwise', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 3 }),
        fc.array(entry, { maxLength: 3 }),
        texts,
        (some, others, event) => {
          if (filterHash(my(...some)) !== filterHash(my(...others))) return;
          expect(naiveMatch(my(...some), event)).toBe(naiveMatch(my(...others), event));
        },
      ),
      { numRuns: 1000 },
    );
    expect(filterHash(my({ a: 'bc' }))).not.toBe(filterHash(my({ ab: 'c' })));
    expect(filterHash(my({ a: '1', b: '2' }))).not.toBe(filterHash(my({ a: '1' }, { b: '2' })));
    expect(filterHash(my({ a: '1' }))).not.toBe(filterHash(my({ __not__: { a: '1' } })));
    expect(filterHash(my({ a: '\ud800' }))).not.toBe(filterHash(my({ a: '\ud801' })));
  });

  it('does not change what is given', () => {
    const entries = [{ b: '2', a: '1' }, { a: '0' }];
    const before = structuredClone(entries);
    canonicalEntries(entries);
    expect(entries).toEqual(before);
    expect(Object.keys(entries[0]!)).toEqual(['b', 'a']);
  });
});
