import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020';
import { newAjv } from './support/ajv';
import { type Gateway, startGateway } from './support/gateway';
import { ask } from './support/http';
import { OPENAPI_STRUCTURE } from './support/openapi-structure';

type Json = Record<string, unknown>;

let gateway: Gateway;
let document: Json;
let ajv: Ajv2020;

beforeAll(async () => {
  gateway = await startGateway();
  document = (await ask(`${gateway.url}/docs-json`)).body;
  // What stands around the schemas is not one.
  ajv = newAjv().addVocabulary(Object.keys(document)).addSchema(document, 'docs-json');
});
afterAll(() => gateway.close());

/** @throws when the schema is not JSON Schema, with the way to it */
function compiled(way: string, schema: Json): ValidateFunction {
  try {
    return ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"docs-json#/')) as Json);
  } catch (error) {
    throw new Error(`${way}: ${(error as Error).message}`, { cause: error });
  }
}

/** Every object in the document, but for what lies in examples, with the way to it. */
function* objectsIn(value: unknown, way = '#'): Generator<[way: string, object: Json]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [way, value as Json];
  for (const [name, member] of Object.entries(value)) {
    if (isNamed(way) || !/^examples?$/.test(name)) yield* objectsIn(member, `${way}/${name}`);
  }
}

/** What lies below this way has names that anybody chose. */
function isNamed(way: string): boolean {
  return /\/(properties|schemas)$/.test(way);
}

it('the document is OpenAPI 3.1', () => {
  const validate = newAjv().compile(OPENAPI_STRUCTURE);
  validate(document);
  expect(validate.errors ?? []).toEqual([]);
});

/** Every schema with the examples of it, those that stand beside it included. */
function* schemas(): Generator<[way: string, schema: Json, examples: unknown[]]> {
  for (const [way, object] of objectsIn(document)) {
    if (isNamed(way)) continue;
    const { schema, example, examples = {} } = object;
    if (schema !== undefined) {
      const named = Object.values(examples as Record<string, { value: unknown }>);
      const beside = [...(example === undefined ? [] : [example]), ...named.map(({ value }) => value)];
      yield [`${way}/schema`, schema as Json, beside];
    }
    if (Array.isArray(examples)) yield [way, object, examples];
  }
}

it('its schemas are taken by a strict validator of JSON Schema, and their examples are valid', () => {
  let count = 0;
  for (const [way, schema, examples] of schemas()) {
    const validate = compiled(way, schema);
    for (const example of examples) {
      count += 1;
      void validate(example);
      expect([way, example, validate.errors ?? []]).toEqual([way, example, []]);
    }
  }
  expect(count).toBeGreaterThan(300);
});
