import fc from 'fast-check';
import type { ApiDocument } from './document';
import type { Schema } from './json';

/** Deeper than any good body is. */
const MAX_DEPTH = 8;

/** Longest text that is made on purpose. */
const LONG = 3000;

const FORMATS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  uuid: fc.uuid(),
  date: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  'date-time': fc
    .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  // Nobody listens there, and the request is over at once.
  uri: fc.constantFrom('http://127.0.0.1:1/hook', 'http://127.0.0.1:1/hook?x=%20'),
  email: fc.constantFrom('someone@example.co.nz', 'a+b@example.com'),
  byte: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64')),
};

/** Values that a schema allows, its boundaries and its examples among them. */
export function validValues(document: ApiDocument, given: Schema, depth = 0): fc.Arbitrary<unknown> {
  const schema = document.resolve(given);
  const made = makeFrom(document, schema, depth);
  const examples = examplesOf(schema);
  return examples.length > 0 ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...examples) }, made) : made;
}

function examplesOf({ examples, example }: Schema): unknown[] {
  const listed = Array.isArray(examples) ? (examples as unknown[]) : [];
  return example === undefined ? listed : [...listed, example];
}

function makeFrom(document: ApiDocument, schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (depth > MAX_DEPTH) return fc.constant(null);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const choices = (schema['oneOf'] ?? schema['anyOf']) as Schema[] | undefined;
  if (choices) return fc.oneof(...choices.map((choice) => validValues(document, choice, depth + 1)));
  const parts = schema['allOf'] as Schema[] | undefined;
  if (parts) {
    return fc
      .tuple(...parts.map((part) => validValues(document, part, depth + 1)))
      .map((values) => Object.assign({}, ...values) as unknown);
  }
  const types = [schema['type'] ?? 'object'].flat() as string[];
  return fc.oneof(...types.map((type) => ofType(document, schema, type, depth)));
}

function ofType(document: ApiDocument, schema: Schema, type: string, depth: number): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return numbers(schema, type);
    case 'string':
      return texts(schema);
    case 'array':
      return lists(document, schema, depth);
    default:
      return objects(document, schema, depth);
  }
}

function numbers(schema: Schema, type: string): fc.Arbitrary<number> {
  const min = Number(schema['minimum'] ?? -1000);
  const max = Number(schema['maximum'] ?? 1_000_000);
  const between = type === 'integer' ? fc.integer(bounded(min, max)) : fc.double({ min, max, noNaN: true });
  return fc.oneof(fc.constantFrom(min, max), between);
}

/** fast-check's integers end at those that JavaScript can tell apart. */
function bounded(min: number, max: number): { min: number; max: number } {
  return { min: Math.max(min, Number.MIN_SAFE_INTEGER), max: Math.min(max, Number.MAX_SAFE_INTEGER) };
}

function texts(schema: Schema): fc.Arbitrary<string> {
  const format = FORMATS[String(schema['format'])];
  if (format) return format;
  const minLength = Number(schema['minLength'] ?? 0);
  const maxLength = Math.min(Number(schema['maxLength'] ?? 50), LONG);
  const text = fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 30), unit: 'grapheme' });
  if (typeof schema['pattern'] === 'string') return matching(new RegExp(schema['pattern'], 'u'), text);
  return fc.oneof(
    { weight: 4, arbitrary: text },
    fc.constantFrom('x'.repeat(minLength), 'x'.repeat(maxLength)),
  );
}

/** By the pattern itself, but for what fast-check does not know, such as half characters: picked from other text. */
function matching(pattern: RegExp, text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  if (pattern.source.includes(String.raw`\p{C`)) return text.filter((value) => pattern.test(value));
  return fc.stringMatching(pattern);
}

function lists(document: ApiDocument, schema: Schema, depth: number): fc.Arbitrary<unknown[]> {
  const minLength = Number(schema['minItems'] ?? 0);
  const maxLength = Math.min(Number(schema['maxItems'] ?? 3), minLength + 2);
  return fc.array(validValues(document, (schema['items'] ?? {}) as Schema, depth + 1), {
    minLength,
    maxLength,
  });
}

function objects(document: ApiDocument, schema: Schema, depth: number): fc.Arbitrary<object> {
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const required = (schema['required'] ?? []) as string[];
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, member]) => [name, validValues(document, member, depth + 1)]),
  );
  return fc.record(members, {
    requiredKeys: required.filter((name) => name in members),
    noNullPrototype: true,
  });
}
