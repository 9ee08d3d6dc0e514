import 'reflect-metadata';
import { Body, Controller, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import fc from 'fast-check';
import { AnyObject } from '../../src/fields/any-object';
import { Base64 } from '../../src/fields/base64';
import { check } from '../../src/fields/check';
import { Choice, Constant } from '../../src/fields/choice';
import { DateTime } from '../../src/fields/date-time';
import { Digits } from '../../src/fields/digits';
import { Email } from '../../src/fields/email';
import { ExactlyOneOf } from '../../src/fields/exactly-one-of';
import type { Class } from '../../src/fields/field-table';
import { MAX_REPORTED } from '../../src/fields/first-faults';
import { Flag } from '../../src/fields/flag';
import { Identifier } from '../../src/fields/identifier';
import { findTooDeep, MAX_DEPTH } from '../../src/fields/json-depth';
import { ListOf, Nested } from '../../src/fields/nested';
import { Decimal, Integer } from '../../src/fields/number';
import { satisfies } from '../../src/fields/satisfies';
import { Text } from '../../src/fields/text';
import { Timestamp } from '../../src/fields/timestamp';
import { findInvalid, toInstance } from '../support/by-class-validator';
import { Uri } from '../../src/fields/uri';

const description = 'x';

/** class-validator looks through all classes that it knows, so there should not be one for each value. */
const classes = new WeakMap<PropertyDecorator, Class>();

/** A class with this one field, called `it`. */
function classWith(decorate: PropertyDecorator): Class {
  const known = classes.get(decorate);
  if (known) return known;
  class WithOneField {}
  decorate(WithOneField.prototype, 'it');
  classes.set(decorate, WithOneField);
  return WithOneField;
}

/** Whether the field accepts the value, on both ways, which have to agree. */
function accepts(decorate: PropertyDecorator, value: unknown): boolean {
  const type = classWith(decorate);
  const quick = satisfies(type, { it: value });
  expect(findInvalid(toInstance(type, { it: value })).length === 0).toBe(quick);
  return quick;
}

class Wheel {
  @Text({ max: 5, description: 'Name' })
  name: string;

  @Integer({ min: 0, max: 100, optional: true, description: 'Wear, percent' })
  wear?: number;
}

class Part {
  @Identifier({ max: 20, description: 'Number' })
  number: string;
}

class Engine extends Part {
  @Decimal({ min: 0, max: 10, description: 'Litres', example: 2.4 })
  litres: number;
}

class Van {
  @Nested(() => Engine, { description: 'What drives it' })
  engine: Engine;

  @ListOf(() => Wheel, { min: 1, max: 6, description: 'Wheels' })
  wheels: Wheel[];

  @Nested(() => Wheel, { optional: true })
  spare?: Wheel;

  @ListOf(() => Part, { optional: true })
  parts?: Part[];

  @Text({ max: 10, list: { min: 1, max: 3 }, optional: true, description: 'Names', example: ['Kea'] })
  names?: string[];

  @ExactlyOneOf('plate', 'vin')
  @Text({ max: 6, optional: true, description: 'Plate' })
  plate?: string;

  @Text({ max: 17, optional: true, description: 'VIN' })
  vin?: string;
}

const van = (): Record<string, unknown> => ({
  engine: { number: 'E1', litres: 2.4 },
  wheels: [{ name: 'front' }, { name: 'rear', wear: 7 }],
  plate: 'KRR123',
});

describe('an optional field', () => {
  const optional = Text({ max: 3, optional: true, description });

  it.each([undefined, null])('may be %s', (absent) => {
    expect(accepts(optional, absent)).toBe(true);
  });

  it('keeps its rule when it is there', () => {
    expect(accepts(optional, 'four')).toBe(false);
  });
});

describe('a required field', () => {
  it.each([{}, { it: undefined }, { it: null }])('says that it is required in %j', (plain) => {
    const type = classWith(Text({ max: 3, description }));
    expect(check(type, plain)).toEqual([{ pointer: '/it', keyword: 'required', detail: 'is required' }]);
  });
});

describe('Text', () => {
  it.each(['a', 'abc', 'āēī', '😀😀😀'])('of 1 to 3 characters accepts %s', (text) => {
    expect(accepts(Text({ max: 3, description }), text)).toBe(true);
  });

  it.each(['', 'abcd', '😀😀😀😀', 1, true, {}, ['a']])('of 1 to 3 characters refuses %j', (value) => {
    expect(accepts(Text({ max: 3, description }), value)).toBe(false);
  });

  it('may be empty when it says so', () => {
    expect(accepts(Text({ min: 0, max: 3, description }), '')).toBe(true);
  });

  it('counts code points, whatever the limits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(6), fc.nat(6), (text, min, more) => {
        const length = Array.from(text).length;
        expect(accepts(Text({ min, max: min + more, description }), text)).toBe(
          length >= min && length <= min + more,
        );
      }),
    );
  });

  it('says what it must be without showing what it was', () => {
    const type = classWith(Text({ max: 3, description }));
    expect(check(type, { it: 'secret' })).toEqual([
      { pointer: '/it', keyword: 'text', detail: 'must be a string of 1 to 3 characters' },
    ]);
  });

  it('can have a pattern', () => {
    const plate = Text({ max: 6, pattern: /^[A-Z]{3}\d{3}$/, description });
    expect(accepts(plate, 'KRR123')).toBe(true);
    expect(accepts(plate, 'krr123')).toBe(false);
  });

  it('can be a list', () => {
    const names = Text({ max: 3, list: { min: 1, max: 2 }, description });
    expect(accepts(names, ['a', 'b'])).toBe(true);
    for (const refused of [[], ['a', 'b', 'c'], ['a', ''], ['a', null], 'a', { 0: 'a', length: 1 }]) {
      expect(accepts(names, refused)).toBe(false);
    }
  });
});

describe('Identifier', () => {
  it.each(['1', ' 1 ', 'WO/1~2'])('accepts "%s"', (value) => {
    expect(accepts(Identifier({ max: 10, description }), value)).toBe(true);
  });

  it.each(['', ' ', '\t\n', 'elevenchars', 7])('refuses %j', (value) => {
    expect(accepts(Identifier({ max: 10, description }), value)).toBe(false);
  });
});

describe('Digits', () => {
  it.each(['0', '007', '9223372036854775807', '0000000000000000001'])('accepts %s', (value) => {
    expect(accepts(Digits({ description }), value)).toBe(true);
  });

  it.each(['', '-1', '1.0', '1e3', ' 1', '1\n', '٣', '9223372036854775808', '10000000000000000000', 1])(
    'refuses %j',
    (value) => {
      expect(accepts(Digits({ description }), value)).toBe(false);
    },
  );

  it('accepts what a bigint column can hold, and nothing else', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 19n }), (number) => {
        expect(accepts(Digits({ description }), String(number))).toBe(number <= 2n ** 63n - 1n);
      }),
    );
  });
});

/** The same day by another road: JavaScript's calendar moves a day that does not exist. */
function exists(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** Years, months, days, hours, minutes, seconds: possible ones and some beyond. */
const numbers = fc.tuple(
  fc.oneof(fc.integer({ min: 1000, max: 2999 }), fc.constantFrom(999, 1900, 2000, 2024, 2100, 3000)),
  fc.integer({ min: 0, max: 13 }),
  fc.oneof(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 28, max: 31 })),
  fc.integer({ min: 0, max: 24 }),
  fc.integer({ min: 0, max: 60 }),
  fc.integer({ min: 0, max: 60 }),
);

function isPossible([year, month, day, hour, minute, second]: readonly number[]): boolean {
  const inRange = year! >= 1000 && year! <= 2999 && month! >= 1 && month! <= 12 && day! >= 1;
  return inRange && exists(year!, month!, day!) && hour! <= 23 && minute! <= 59 && second! <= 59;
}

describe('Timestamp', () => {
  const timestamp = Timestamp({ description });

  it.each([
    '2026-08-03T21:15:00Z',
    '1999-12-31T23:59:59.999999Z',
    '2024-02-29T00:00:00.1Z',
    '2000-02-29T00:00:00Z',
  ])('accepts %s', (value) => {
    expect(accepts(timestamp, value)).toBe(true);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '1-01-01T00:00:00Z',
    '0999-01-01T00:00:00Z',
    '2026-08-03T24:00:00Z',
    '2026-08-03T21:15:60Z',
    '2026-08-03T21:15:00',
    '2026-08-03T21:15:00+12:00',
    '2026-08-03T21:15:00.1234567Z',
    '2026-08-03T21:15:00.Z',
    '2026-08-03t21:15:00z',
    '2026-08-03 21:15:00Z',
    '2026-08-03',
    '2026-08-03T21:15:00Z\n',
    1_785_528_000,
    null,
  ])('refuses %j', (value) => {
    expect(accepts(timestamp, value)).toBe(false);
  });

  it('accepts exactly the days and times that exist', () => {
    fc.assert(
      fc.property(numbers, fc.option(fc.integer({ min: 1, max: 8 })), (parts, digits) => {
        const [year, month, day, hour, minute, second] = parts;
        const fraction = digits === null ? '' : `.${'5'.repeat(digits)}`;
        const text = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${fraction}Z`;
        expect(accepts(timestamp, text)).toBe(isPossible(parts) && (digits ?? 0) <= 6);
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts every instant as JavaScript writes it, and none with one character too many or too few', () => {
    const instants = fc.date({
      min: new Date('1000-01-01T00:00:00Z'),
      max: new Date('2999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (instant, place, extra) => {
        const text = instant.toISOString();
        expect(accepts(timestamp, text)).toBe(true);
        const at = place % (text.length + 1);
        fc.pre(!/\d/.test(extra));
        expect(accepts(timestamp, text.slice(0, at) + extra + text.slice(at))).toBe(false);
        const cut = text.slice(0, at) + text.slice(at + 1);
        // A fraction may be shorter.
        if (at < 20 || at === 23) expect(accepts(timestamp, cut)).toBe(false);
      }),
    );
  });
});

describe('DateTime', () => {
  const dateTime = DateTime({ description });

  it.each([
    '2026-08-04T09:15:00+12:00',
    '2026-08-04T09:15:00+1200',
    '2026-08-04T09:15+13:45',
    '2026-08-04 09:15:00Z',
    '2026-08-04t09:15:00.123456789z',
    '2024-02-29T23:59:59-09:30',
  ])('accepts %s', (value) => {
    expect(accepts(dateTime, value)).toBe(true);
    expect(new Date(value).getTime()).not.toBeNaN();
  });

  it.each([
    '2026-08-04',
    '2026-08-04T09:15:00',
    '2026-02-29T09:15:00Z',
    '2026-08-04T09:15:60Z',
    '2026-08-04T24:00:00Z',
    '2026-08-04T09:15:00+15:00',
    '2026-08-04T09:15:00+12',
    '2026-08-04T09Z',
    '0000-01-01T00:00:00Z',
    'yesterday',
    '',
    0,
  ])('refuses %j', (value) => {
    expect(accepts(dateTime, value)).toBe(false);
  });

  it('accepts exactly the days and times that exist, all of which JavaScript can read', () => {
    const zone = fc.oneof(
      fc.constantFrom('Z', 'z'),
      fc
        .tuple(fc.constantFrom('+', '-'), fc.nat(14), fc.constantFrom('', ':'), fc.nat(59))
        .map(([sign, hours, colon, minutes]) => sign + two(hours) + colon + two(minutes)),
    );
    fc.assert(
      fc.property(numbers, fc.constantFrom('T', 't', ' '), zone, (parts, separator, offset) => {
        const [year, month, day, hour, minute, second] = parts;
        const text = `${year}-${two(month)}-${two(day)}${separator}${two(hour)}:${two(minute)}:${two(second)}${offset}`;
        const accepted = accepts(dateTime, text);
        expect(accepted).toBe(isPossible(parts));
        if (accepted) expect(new Date(text).getTime()).not.toBeNaN();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('Choice and Constant', () => {
  it('accept what is listed', () => {
    expect(accepts(Choice(['SITE', 'RSP'], { description }), 'RSP')).toBe(true);
    expect(accepts(Constant('SITE', { description }), 'SITE')).toBe(true);
  });

  it.each(['site', '', 'toString', '__proto__', null, ['SITE'], 0])('refuse %j', (value) => {
    expect(accepts(Choice(['SITE', 'RSP'], { description }), value)).toBe(false);
  });
});

describe('numbers', () => {
  it.each([0, -0, 4])('an Integer from 0 to 4 accepts %d', (value) => {
    expect(accepts(Integer({ min: 0, max: 4, description }), value)).toBe(true);
  });

  it.each([-1, 5, 0.5, '3', Infinity, Number.NaN, true, [1], {}])(
    'an Integer from 0 to 4 refuses %p',
    (value) => {
      expect(accepts(Integer({ min: 0, max: 4, description }), value)).toBe(false);
    },
  );

  it('a Decimal keeps its limits', () => {
    const latitude = Decimal({ min: -90, max: 90, description });
    expect([-90, 0.5, 90].map((value) => accepts(latitude, value))).toEqual([true, true, true]);
    expect([-90.1, 91, Infinity, Number.NaN, '1'].some((value) => accepts(latitude, value))).toBe(false);
  });
});

describe('Flag, Email, Uri, Base64, AnyObject', () => {
  it.each<[string, PropertyDecorator, unknown[]]>([
    ['Flag', Flag({ description }), [true, false]],
    ['Email', Email({ description }), ['aroha.ngata@example.co.nz', 'a+b@example.nz']],
    [
      'Uri',
      Uri({ description }),
      ['https://example.nz', 'HTTP://127.0.0.1:8080/a?b#c', 'https://māori.nz/ā'],
    ],
    ['Base64', Base64({ max: 8, description }), ['QQ==', 'QUI=', 'QUJD', 'QUJDRA==']],
    ['AnyObject', AnyObject({ description }), [{}, { a: { b: [] } }]],
  ])('%s accepts what is one', (_name, decorate, values) => {
    for (const value of values) expect(accepts(decorate, value)).toBe(true);
  });

  it.each<[string, PropertyDecorator, unknown[]]>([
    ['Flag', Flag({ description }), ['true', 0, 1, {}]],
    ['Email', Email({ description }), ['aroha', 'a@b', 'a b@example.nz', '', 3, ['a@example.nz']]],
    [
      'Uri',
      Uri({ description }),
      ['/path', 'ftp://example.nz', 'https://', 'https://a b', `https://e.nz/${'a'.repeat(2048)}`, 1],
    ],
    ['Base64', Base64({ max: 8, description }), ['', 'QQ', 'QQ=', 'Q===', 'Q-_=', 'QUJDREVGRw==', 1]],
    ['AnyObject', AnyObject({ description }), [[], 'a', 1, true]],
  ])('%s refuses what is none', (_name, decorate, values) => {
    for (const value of values) expect(accepts(decorate, value)).toBe(false);
  });
});

describe('nested objects', () => {
  it('are valid when their fields are', () => {
    expect(check(Van, van())).toEqual([]);
  });

  it('have the fields of their base class', () => {
    expect(check(Van, { ...van(), engine: { litres: 2 } })).toEqual([
      { pointer: '/engine/number', keyword: 'required', detail: 'is required' },
    ]);
  });

  it('give every fault with its place', () => {
    const broken = {
      ...van(),
      engine: { number: 'E1', litres: 11 },
      wheels: [{ name: 'front' }, { name: '' }],
    };
    expect(check(Van, broken)).toEqual([
      { pointer: '/engine/litres', keyword: 'decimal', detail: 'must be a number from 0 to 10' },
      { pointer: '/wheels/1/name', keyword: 'text', detail: 'must be a string of 1 to 5 characters' },
    ]);
  });

  it.each(['text', 1, true, [], [{}], [[]]])('are refused at their place when they are %j', (value) => {
    const refusal = [{ keyword: 'object', detail: 'must be an object' }];
    expect(check(Van, { ...van(), engine: value })).toMatchObject([{ pointer: '/engine', ...refusal[0] }]);
    expect(check(Van, { ...van(), spare: value })).toMatchObject([{ pointer: '/spare', ...refusal[0] }]);
  });

  it('may be null when they are optional', () => {
    expect(check(Van, { ...van(), spare: null, parts: null, names: null, vin: null })).toEqual([]);
  });

  it.each(['text', 1, {}, { length: 1, 0: { name: 'a' } }])('a list is refused when it is %j', (value) => {
    expect(check(Van, { ...van(), wheels: value })).toEqual([
      { pointer: '/wheels', keyword: 'list', detail: 'must be a list of 1 to 6 items' },
    ]);
  });

  it.each([null, 'text', 1, [], [{}], [[{ name: 'a' }]]])(
    'an item of a list is refused when it is %j',
    (item) => {
      expect(check(Van, { ...van(), wheels: [{ name: 'front' }, item] })).toEqual([
        { pointer: '/wheels/1', keyword: 'object', detail: 'must be an object' },
      ]);
    },
  );

  it('a list keeps its limits, which are 0 and 1000 unless told otherwise', () => {
    const wheels = (count: number) => Array.from({ length: count }, () => ({ name: 'a' }));
    const parts = (count: number) => Array.from({ length: count }, () => ({ number: 'a' }));
    expect(satisfies(Van, { ...van(), wheels: wheels(6), parts: parts(1000) })).toBe(true);
    expect(satisfies(Van, { ...van(), wheels: [] })).toBe(false);
    expect(satisfies(Van, { ...van(), wheels: wheels(7) })).toBe(false);
    expect(satisfies(Van, { ...van(), parts: [] })).toBe(true);
    expect(satisfies(Van, { ...van(), parts: parts(1001) })).toBe(false);
  });

  it.each([
    [{ plate: null }, 1],
    [{ plate: 'KRR123', vin: '1' }, 1],
    [{ plate: null, vin: '1' }, 0],
  ])('exactly one of two members has to be given: %j', (members, faults) => {
    expect(check(Van, { ...van(), ...members })).toHaveLength(faults);
  });
});

describe('hostile input', () => {
  const hostile = (json: string) => JSON.parse(json) as Record<string, unknown>;

  it('with members called __proto__ and constructor is taken as it is', () => {
    const members = '"__proto__": {"engine": 1}, "constructor": "x", "prototype": null, "hasOwnProperty": 1';
    const plain = hostile(
      `{${members}, "plate": "KRR123", "engine": {"number": "1", "litres": 1, ${members}}, "wheels": [{"name": "a", ${members}}]}`,
    );
    expect(check(Van, plain)).toEqual([]);
    expect(toInstance(Van, plain)).toBeInstanceOf(Van);
    expect(({} as Record<string, unknown>)['engine']).toBeUndefined();
    expect(check(Van, hostile(`{${members}}`)).map((fault) => fault.pointer)).toEqual([
      '/engine',
      '/wheels',
      '/plate',
    ]);
  });

  it('can not bring in a member by its prototype', () => {
    expect(check(Wheel, hostile('{"__proto__": {"name": "front"}}'))).toHaveLength(1);
  });

  it('of any depth does not overflow the stack', () => {
    const deep = hostile(`{"unknown": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
    expect(check(Van, { ...van(), ...deep })).toEqual([]);
    expect(
      check(Van, { ...van(), engine: deep['unknown'], wheels: deep['unknown'], names: deep['unknown'] }),
    ).toHaveLength(3);
    expect(check(Van, { ...van(), wheels: [deep['unknown']] })).toHaveLength(1);
  });

  it('is reported at 50 places at most', () => {
    const names = Array.from({ length: 900 }, () => ({}));
    expect(check(Van, { ...van(), parts: names })).toHaveLength(MAX_REPORTED);
  });

  it('is never an exception, and class-validator agrees with the quick check', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constant(van()['wheels']),
      fc.constant(van()['engine']),
    );
    const keys = ['engine', 'wheels', 'spare', 'parts', 'names', 'plate', 'vin', '__proto__', 'constructor'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (members) => {
        const plain = { ...van(), ...members };
        expect(findInvalid(toInstance(Van, plain)).length === 0).toBe(satisfies(Van, plain));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a body full of faults', () => {
  it('is not looked at further once enough is known to mend it', () => {
    let looks = 0;
    const wheels = Array.from({ length: 1000 }, () => ({
      get name(): string {
        looks += 1;
        return '';
      },
    }));
    class Fleet {
      @ListOf(() => Wheel, { description })
      wheels: Wheel[];
    }
    expect(check(Fleet, { wheels })).toHaveLength(MAX_REPORTED);
    expect(looks).toBeLessThan(4 * MAX_REPORTED);
  });
});

describe('pointers', () => {
  it('escape ~ and / as RFC 6901 has it', () => {
    class Odd {}
    Text({ max: 1, description })(Odd.prototype, 'a/b~c');
    expect(check(Odd, {})).toMatchObject([{ pointer: '/a~1b~0c' }]);
  });
});

describe('the depth of JSON', () => {
  const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`);

  it('is fine up to the limit', () => {
    expect(findTooDeep(nested(MAX_DEPTH))).toBeUndefined();
    expect(findTooDeep('text')).toBeUndefined();
    expect(findTooDeep(null)).toBeUndefined();
  });

  it('is refused beyond it, at its place', () => {
    expect(findTooDeep(nested(MAX_DEPTH + 1))).toBe('/0'.repeat(MAX_DEPTH));
    expect(findTooDeep({ fine: [1], 'a/b': [nested(100_000)] }, 3)).toBe('/a~1b/0/0');
  });
});

describe('in a query, under the ValidationPipe of Nest', () => {
  class Query {
    @Integer({ min: 1, max: 100, optional: true, fromQuery: true, description: 'Page size' })
    limit?: number;

    @Flag({ optional: true, fromQuery: true, description: 'Open ones only' })
    open?: boolean;

    @Text({ max: 5, optional: true, description: 'Name' })
    name?: string;
  }
  const pipe = new ValidationPipe({ transform: true });
  const read = (query: object): Promise<Query> => pipe.transform(query, { type: 'query', metatype: Query });

  it('texts become numbers and booleans', async () => {
    await expect(read({ limit: '25', open: 'false', name: '7' })).resolves.toMatchObject({
      limit: 25,
      open: false,
      name: '7',
    });
    await expect(read({})).resolves.toBeInstanceOf(Query);
  });

  it.each([
    { limit: '' },
    { limit: '0' },
    { limit: '101' },
    { limit: '0x10' },
    { limit: '1.0' },
    { limit: ['1', '2'] },
    { open: '1' },
    { open: '' },
    { name: ['a', 'b'] },
  ])('%j is refused', async (query) => {
    await expect(read(query)).rejects.toThrow('Bad Request');
  });
});

describe('the OpenAPI document', () => {
  class Everything {
    @Text({ max: 100, description: 'A text', example: 'kia ora', pattern: /^k/ })
    text: string;

    @Digits({ description: 'A number', example: '7' })
    digits: string;

    @Timestamp({ description: 'An instant' })
    timestamp: string;

    @Choice(['A', 'B'], { optional: true, description: 'A choice', example: 'A' })
    choice?: string;

    @Choice(['A', 'B'], { list: { max: 2 }, description: 'Choices', example: ['A'] })
    choices: string[];

    @Integer({ min: 0, max: 4, description: 'An integer', example: 1 })
    integer: number;

    @Flag({ description: 'A flag', example: true })
    flag: boolean;

    @AnyObject({ description: 'An object' })
    object: Record<string, unknown>;

    @Nested(() => Van, { description: 'A van' })
    van: Van;

    @ListOf(() => Wheel, { min: 1, max: 4, optional: true, description: 'Some wheels' })
    wheels?: Wheel[];
  }

  @Controller()
  class EverythingController {
    @Post()
    take(@Body() body: Everything): Everything {
      return body;
    }
  }

  @Module({ controllers: [EverythingController] })
  class EverythingModule {}

  it('has types, formats, limits, descriptions, examples and references', async () => {
    const app = await NestFactory.create(EverythingModule, { logger: false });
    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    await app.close();
    expect(document.components?.schemas?.['Everything']).toEqual({
      type: 'object',
      required: ['text', 'digits', 'timestamp', 'choices', 'integer', 'flag', 'object', 'van'],
      properties: {
        text: {
          type: 'string',
          minLength: 1,
          maxLength: 100,
          pattern: '^k',
          description: 'A text',
          example: 'kia ora',
        },
        digits: {
          type: 'string',
          minLength: 1,
          maxLength: 19,
          pattern: String.raw`^\d{1,19}$`,
          description: 'A number',
          example: '7',
        },
        timestamp: {
          type: 'string',
          format: 'date-time',
          pattern: expect.stringContaining('Z$'),
          description: 'An instant',
          example: '2026-08-03T21:15:00.123Z',
        },
        choice: { type: 'string', enum: ['A', 'B'], description: 'A choice', example: 'A' },
        choices: {
          type: 'array',
          items: { type: 'string', enum: ['A', 'B'] },
          minItems: 0,
          maxItems: 2,
          description: 'Choices',
          example: ['A'],
        },
        integer: { type: 'integer', minimum: 0, maximum: 4, description: 'An integer', example: 1 },
        flag: { type: 'boolean', description: 'A flag', example: true },
        object: { type: 'object', additionalProperties: true, description: 'An object' },
        van: { description: 'A van', allOf: [{ $ref: '#/components/schemas/Van' }] },
        wheels: {
          type: 'array',
          items: { $ref: '#/components/schemas/Wheel' },
          minItems: 1,
          maxItems: 4,
          description: 'Some wheels',
        },
      },
    });
    expect(document.components?.schemas?.['Engine']).toMatchObject({ required: ['number', 'litres'] });
  });
});
