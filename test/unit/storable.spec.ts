import fc from 'fast-check';
import { mayHoldUnstorable, storableText, toStorable } from '../../src/events/storable';

const NUL = '\u0000';
const HIGH = '\ud83d';
const LOW = '\ude00';

/** JSON values with texts and keys in which anything can occur: NUL, halves of surrogate pairs, astral characters. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(NUL, HIGH, LOW, '\\', 'u0000', '"', 'ā', '😀', '\ufffd'),
    fc.string({ unit: 'binary' }),
  ),
  maxLength: 6,
});
const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText,
    fc.constantFrom(null, true, 0, 1.5),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(anyText, fc.constant('__proto__')), tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** All texts and keys of a value, by a road of their own. */
function textsOf(value: unknown): string[] {
  const texts: string[] = [];
  JSON.stringify(value, (key, member: unknown) => {
    texts.push(key);
    if (typeof member === 'string') texts.push(member);
    return member;
  });
  return texts;
}

/** Well-formed as UTF-8 can show it, and without NUL. */
function isStorable(text: string): boolean {
  return Buffer.from(text, 'utf8').toString('utf8') === text && !text.includes(NUL);
}

describe('storableText', () => {
  it.each([
    ['', ''],
    ['Māori 😀', 'Māori 😀'],
    [`a${NUL}b`, 'a\ufffdb'],
    [`a${HIGH}`, 'a\ufffd'],
    [`${LOW}b`, '\ufffdb'],
    [`${LOW}${HIGH}`, '\ufffd\ufffd'],
    [`${HIGH}${HIGH}${LOW}`, `\ufffd${HIGH}${LOW}`],
  ])('turns %j into %j', (text, expected) => {
    expect(storableText(text)).toBe(expected);
  });
});

describe('toStorable', () => {
  it('gives the value itself when nothing has to be replaced', () => {
    const value = { a: ['ā', 1, null, { b: '😀' }] };
    expect(toStorable(value)).toEqual({ value, replaced: false });
    expect(toStorable(value).value).toBe(value);
  });

  it('replaces in texts and keys, at any place, and leaves the original alone', () => {
    const original = { [`k${NUL}`]: [{ deep: `x${HIGH}` }, 7], other: 'fine' };
    const before = structuredClone(original);
    expect(toStorable(original)).toEqual({
      value: { 'k\ufffd': [{ deep: 'x\ufffd' }, 7], other: 'fine' },
      replaced: true,
    });
    expect(original).toEqual(before);
  });

  it.each([NUL, 1, null, true, [], {}])('takes %j alone', (value) => {
    expect(toStorable(value).replaced).toBe(value === NUL);
  });

  it('keeps a key called __proto__ as a key', () => {
    const value = JSON.parse(`{"__proto__": {"polluted": "\\u0000"}}`) as object;
    expect(JSON.stringify(toStorable(value).value)).toBe('{"__proto__":{"polluted":"\ufffd"}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes JSON of any depth', () => {
    const deep: unknown = JSON.parse(`${'[{"a":'.repeat(50_000)}"\\u0000"${'}]'.repeat(50_000)}`);
    expect(toStorable(deep).replaced).toBe(true);
  });

  it('leaves nothing that can not be stored, loses nothing else, and tells whether it did something', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const { value: stored, replaced } = toStorable(value);
        expect(textsOf(stored).every(isStorable)).toBe(true);
        expect(replaced).toBe(!textsOf(value).every(isStorable));
        if (!replaced) expect(stored).toBe(value);
        expect(toStorable(stored)).toEqual({ value: stored, replaced: false });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('mayHoldUnstorable', () => {
  it.each(['{}', '{"a":"Māori 😀"}', String.raw`{"a":"M\u0101ori"}`])('is false for %s', (json) => {
    expect(mayHoldUnstorable(json)).toBe(false);
  });

  it.each([
    String.raw`"\u0000"`,
    String.raw`"\ud83d"`,
    String.raw`"\uDE00"`,
    String.raw`{"\uD83D": 1}`,
    // A whole pair, and an escaped backslash: may, not must.
    String.raw`"\ud83d\ude00"`,
    String.raw`"\\u0000"`,
  ])('is true for %s', (json) => {
    expect(mayHoldUnstorable(json)).toBe(true);
    expect(mayHoldUnstorable(Buffer.from(json))).toBe(true);
  });

  it('never misses what toStorable would replace, in JSON that came as UTF-8', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const bytes = Buffer.from(JSON.stringify(value), 'utf8');
        const { replaced } = toStorable(JSON.parse(bytes.toString('utf8')));
        if (replaced) expect(mayHoldUnstorable(bytes)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
