import fc from 'fast-check';

function nested(depth: number): unknown {
  let value: unknown = 'x';
  for (let n = 0; n < depth; n += 1) value = n % 2 === 0 ? [value] : { a: value };
  return value;
}

/** What is written with a prototype's name, as JSON brings it. */
const PROTOTYPES = ['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'];

/** Values that something, somewhere, has once gone wrong with. */
export const nastyValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    '',
    ' ',
    0,
    -0,
    -1,
    0.1,
    2 ** 31,
    2 ** 53,
    -(2 ** 63),
    1e308,
    5e-324,
    [],
    {},
    [[]],
    [null],
    '0',
    '1e309',
    'NaN',
    '9223372036854775808',
    '\0',
    'a\0b',
    '\uD800',
    '\uDC00\uD800',
    '\uFEFF',
    '\u202Edrowssap',
    'ÿ'.repeat(300),
    '👩‍👩‍👧‍👦'.repeat(100),
    "'; DROP TABLE domain_event; --",
    '%00%ff',
    '../../../../etc/passwd',
    '${jndi:ldap://127.0.0.1:1/a}',
    '<script>alert(1)</script>',
    '\r\nSet-Cookie: a=b',
    '2026-02-30',
    '2026-13-01T25:61:61Z',
    '9999-12-31T23:59:60+23:59',
    '-271821-04-20T00:00:00Z',
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    'http://[::ffff:10.0.0.1]/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'x'.repeat(70_000),
    Array.from({ length: 10_000 }, (_, n) => n),
    nested(200),
    ...PROTOTYPES.map((text) => JSON.parse(text) as unknown),
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double(),
);
