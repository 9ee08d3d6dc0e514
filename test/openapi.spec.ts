import { readFileSync } from 'node:fs';
import { SCOPES } from '../src/auth/scope';
import { type Gateway, SPG_KEY, startGateway } from './support/gateway';
import { type Answer, ask, read, send } from './support/http';
import { itasMessage, push } from './support/itas-message';

type Json = Record<string, unknown>;

interface Body {
  readonly content?: Readonly<Record<string, { schema?: Json; examples?: Record<string, { value: Json }> }>>;
}

interface Operation {
  readonly name: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Json[];
  readonly parameters: readonly { name: string; in: string; schema?: Json; example?: unknown }[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body & { description: string }>>;
}

const METHODS = { get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const;

const LOG_IN = 'post /followup-booking/auth/token';
const BOOK = 'post /followup-booking/work-orders/{workOrderId}/followup';

const PROBLEM = { $ref: '#/components/schemas/ProblemBody' };

let gateway: Gateway;
let document: Json;
let operations: Operation[];

beforeAll(async () => {
  gateway = await startGateway();
  document = (await ask(`${gateway.url}/docs-json`)).body;
  const paths = document['paths'] as Record<string, Record<Operation['method'], Operation>>;
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      name: `${method} ${path}`,
      method: method as Operation['method'],
      path,
    })),
  );
});
afterAll(() => gateway.close());

/** Names of the operations, or of their parts, for which something does not hold. */
function failing(isWrong: (operation: Operation) => boolean): string[] {
  return operations.filter(isWrong).map(({ name }) => name);
}

function secured(scheme: string): Operation[] {
  return operations.filter(({ security = [] }) => security.some((way) => scheme in way));
}

/** Every object in the document, with the way to it. */
function* objectsIn(value: unknown, way = '#'): Generator<[way: string, object: Json]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [way, value as Json];
  for (const [name, member] of Object.entries(value)) yield* objectsIn(member, `${way}/${name}`);
}

function resolve(reference: string): unknown {
  return reference
    .split('/')
    .slice(1)
    .reduce<unknown>((place, step) => (place as Json | undefined)?.[step], document);
}

/** Asks as a stranger: with examples where the path has parameters. */
function askAsStranger({ method, path, parameters }: Operation, headers = {}): Promise<Answer> {
  return ask(gateway.url + filled({ parameters }, path), { method: METHODS[method], headers });
}

function filled({ parameters }: Pick<Operation, 'parameters'>, path: string): string {
  return parameters.reduce((url, { name, example }) => url.replace(`{${name}}`, String(example)), path);
}

describe('the document', () => {
  it('names every route', () => {
    expect(operations.map(({ name }) => name).toSorted()).toEqual([
      'delete /tuatahi/replays/{id}',
      'delete /tuatahi/subscriptions/{id}',
      'get /domain-events',
      'get /domain-events/parked',
      'get /domain-events/stream',
      'get /followup-booking/bookings',
      'get /followup-booking/bookings/{orderNum}',
      'get /followup-booking/calendars/{serviceAreaId}',
      'get /health/live',
      'get /health/ready',
      'get /itas-events/dead-letters',
      'get /itas-events/dead-letters/{id}',
      'get /itas-events/messages',
      'get /itas-events/messages/{messageId}',
      'get /itas-events/topics',
      'get /spg/gaps',
      'get /spg/notifications/{eventId}',
      'get /spg/work-orders',
      'get /spg/work-orders/{wonum}',
      'get /spg/work-orders/{wonum}/timeline',
      'get /tuatahi/event-types',
      'get /tuatahi/ledger',
      'get /tuatahi/notifications',
      'get /tuatahi/notifications/{id}',
      'get /tuatahi/replays/{id}',
      'get /tuatahi/subscriptions',
      'get /tuatahi/subscriptions/{id}',
      'get /tuatahi/subscriptions/{id}/sequence',
      'patch /tuatahi/subscriptions/{id}',
      'post /domain-events/parked/{id}/retry',
      'post /followup-booking/appointments/open-slots',
      LOG_IN,
      'post /followup-booking/bookings/{orderNum}/cancel',
      BOOK,
      'post /itas-events/dead-letters/{id}/discard',
      'post /itas-events/dead-letters/{id}/retry',
      'post /itas-events/messages',
      'post /spg/notification',
      'post /tuatahi/events',
      'post /tuatahi/notifications/replay',
      'post /tuatahi/notifications/{id}/replay',
      'post /tuatahi/subscriptions',
      'post /tuatahi/subscriptions/{id}/channels/{channelId}/enable',
      'post /tuatahi/subscriptions/{id}/channels/{channelId}/secret',
      'post /tuatahi/subscriptions/{id}/test',
      'put /followup-booking/calendars/{serviceAreaId}',
    ]);
  });

  it('is shown by Swagger UI', async () => {
    const page = await ask(`${gateway.url}/docs`);
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    const [, script] = /src="(\S*swagger-ui-init\.js)"/.exec(page.bytes.toString()) ?? [];
    const { status, bytes } = await ask(new URL(String(script), `${gateway.url}/docs/`).href);
    expect(status).toBe(200);
    expect(bytes.toString()).toContain('"/spg/notification"');
  });

  it('has no reference that leads nowhere, and no model that nobody refers to', () => {
    const references = [...objectsIn(document)].flatMap(([, { $ref }]) =>
      typeof $ref === 'string' ? [$ref] : [],
    );
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((reference) => resolve(reference) === undefined)).toEqual([]);
    const schemas = resolve('#/components/schemas') as Json;
    const unused = Object.keys(schemas).filter(
      (name) => !references.includes(`#/components/schemas/${name}`),
    );
    expect(unused).toEqual([]);
  });

  it('has no schema that says nothing', () => {
    const schemas = [...objectsIn(document)].filter(([way]) =>
      /\/(schema|schemas\/\w+|properties\/\w+|items)$/.test(way),
    );
    expect(schemas.length).toBeGreaterThan(300);
    const empty = schemas.filter(([, schema]) => {
      if (['$ref', 'oneOf', 'allOf', 'anyOf', 'enum'].some((keyword) => keyword in schema)) return false;
      if (schema['type'] === 'array') return schema['items'] === undefined;
      if (schema['type'] !== 'object') return schema['type'] === undefined;
      const properties = Object.keys(schema['properties'] ?? {});
      return properties.length === 0 && schema['additionalProperties'] === undefined;
    });
    expect(empty.map(([way]) => way)).toEqual([]);
  });

  it('requires only what it describes', () => {
    const wrong = [...objectsIn(resolve('#/components/schemas'))].filter(
      ([, { type, required, properties }]) => {
        if (type !== 'object' || !Array.isArray(required)) return false;
        return required.some((name) => !(String(name) in ((properties ?? {}) as Json)));
      },
    );
    expect(wrong.map(([way]) => way)).toEqual([]);
  });
});

describe('every operation', () => {
  it('has a summary and a tag', () => {
    expect(failing(({ summary = '', tags = [] }) => !/^[A-Z]/.test(summary) || tags.length !== 1)).toEqual(
      [],
    );
  });

  it('describes its parameters', () => {
    expect(
      failing(({ parameters }) => parameters.some(({ schema }) => schema?.['type'] === undefined)),
    ).toEqual([]);
    const inPaths = operations.map(({ path }) =>
      (path.match(/\{\w+\}/g) ?? []).map((name) => name.slice(1, -1)),
    );
    expect(
      operations.map(({ parameters }) =>
        parameters.filter((one) => one.in === 'path').map(({ name }) => name),
      ),
    ).toEqual(inPaths);
  });

  it('has an answer that is good, with what it holds', () => {
    const wrong = failing(({ responses }) => {
      const good = Object.keys(responses).filter((status) => status.startsWith('2'));
      return good.length !== 1 || good.some((status) => (status === '204') === hasSchema(responses[status]));
    });
    expect(wrong).toEqual([]);
  });

  it('has problems of the kind that all have', () => {
    const wrong = operations.flatMap(({ name, path, responses }) =>
      Object.entries(responses)
        .filter(([status]) => status >= '400' && !path.startsWith('/health/'))
        .filter(([, { content }]) => {
          const problem = content?.['application/problem+json'];
          return JSON.stringify(problem?.schema) !== JSON.stringify(PROBLEM);
        })
        .map(([status]) => `${name} ${status}`),
    );
    expect(wrong).toEqual([]);
  });

  it('names those that it can have', () => {
    const wrong = operations.flatMap((operation) =>
      problemsOf(operation)
        .filter((status) => !(status in operation.responses))
        .map((status) => `${operation.name} ${status}`),
    );
    expect(wrong).toEqual([]);
  });
});

function hasSchema(body: Body | undefined): boolean {
  const contents = Object.values(body?.content ?? {});
  return contents.length > 0 && contents.every(({ schema }) => schema !== undefined);
}

/** Each party sees its own there, whatever its token's scopes. */
function isOfParty(path: string): boolean {
  return path.startsWith('/tuatahi/') && path !== '/tuatahi/events';
}

/** It does not end by itself. */
function isStream(path: string): boolean {
  return path.endsWith('/stream');
}

/** What can happen to an operation, by what is known of it. */
function problemsOf({ path, security, parameters, requestBody }: Operation): number[] {
  if (path.startsWith('/health/')) return [];
  return [
    429,
    503,
    ...(security ? [401] : []),
    ...(security?.some((way) => 'token' in way) && !isOfParty(path) ? [403] : []),
    ...(parameters.some((one) => one.in === 'query') ? [400] : []),
    ...(parameters.some((one) => one.in === 'path') ? [404] : []),
    ...(requestBody ? [400, 413, 415] : []),
  ];
}

it('says which version it is of, as the package does', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const asyncApi = (await ask(`${gateway.url}/asyncapi.json`)).body;
  for (const { info } of [document, asyncApi]) expect(info).toMatchObject({ version });
});

it('says what an error has of each thing that is wrong', async () => {
  const { properties } = resolve('#/components/schemas/FieldProblemBody') as { properties: object };
  const { body } = await read(gateway, '/domain-events/parked?limit=0');
  const [error] = body['errors'] as [object];
  expect(Object.keys(properties).toSorted()).toEqual(Object.keys(error).toSorted());
});

describe('who may do it', () => {
  it('is described where it is referred to', () => {
    const schemes = resolve('#/components/securitySchemes') as Json;
    const referred = operations.flatMap(({ security = [] }) => security.flatMap((way) => Object.keys(way)));
    expect([...new Set(referred)].toSorted()).toEqual(Object.keys(schemes).toSorted());
    expect(schemes).toMatchObject({
      'followup-token': { type: 'apiKey', in: 'header', name: 'x-access-token' },
      'spg-key': { type: 'apiKey', in: 'header', name: 'x-api-key' },
      token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    });
  });

  it('is told with a token that has every scope, since that is what one copies', () => {
    const { description } = resolve('#/components/securitySchemes/token') as { description: string };
    const asked = operations.flatMap(
      ({ responses }) => /scope `(\S+)`/.exec(responses['403']?.description ?? '')?.[1] ?? [],
    );
    const told = /--scope "([^"]+)"/.exec(description)?.[1]?.split(' ') ?? [];
    expect(told).toEqual(expect.arrayContaining([...new Set(asked)]));
    expect(told).toEqual([...SCOPES]);
  });

  it('is everybody for the probes and for who logs in, and nobody else for the rest', () => {
    expect(failing(({ security }) => security === undefined).toSorted()).toEqual([
      'get /health/live',
      'get /health/ready',
      LOG_IN,
    ]);
    const ways = ['token', 'spg-key', 'followup-token'];
    expect(ways.flatMap(secured)).toHaveLength(operations.length - 3);
  });

  it('is asked for where the document says so', async () => {
    const authorization = `Bearer ${await gateway.token({ scope: 'nothing' })}`;
    for (const operation of secured('token')) {
      expect([operation.name, (await askAsStranger(operation)).status]).toEqual([operation.name, 401]);
      const withKey = await askAsStranger(operation, { 'x-api-key': SPG_KEY });
      expect([operation.name, withKey.status]).toEqual([operation.name, 401]);
      const withToken = await askAsStranger(operation, { authorization });
      const refused = [401, 403].includes(withToken.status) ? withToken.status : 'let in';
      expect([operation.name, refused]).toEqual([operation.name, isOfParty(operation.path) ? 'let in' : 403]);
    }
    for (const operation of [...secured('spg-key'), ...secured('followup-token')]) {
      const withToken = await askAsStranger(operation, { authorization, 'x-access-token': 'none' });
      expect([operation.name, withToken.status]).toEqual([operation.name, 401]);
    }
    for (const operation of operations.filter(({ security, name }) => !security && name !== LOG_IN)) {
      expect([operation.name, (await askAsStranger(operation)).status]).toEqual([operation.name, 200]);
    }
  });
});

/** The example of an operation's body; of one that has none, what the examples of the members make. */
function exampleOf(name: string): Json {
  const { schema, examples } = operationOf(name).requestBody?.content?.['application/json'] ?? {};
  const [example] = Object.values(examples ?? {});
  if (example) return example.value;
  const { properties = {} } = resolve(String(schema?.['$ref'])) as { properties?: Record<string, Json> };
  return Object.fromEntries(
    Object.entries(properties).map(([member, { examples: values }]) => [member, (values as unknown[])?.[0]]),
  );
}

function operationOf(name: string): Operation {
  const found = operations.find((operation) => operation.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

function sendExample(name: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { path, method } = operationOf(name);
  return ask(gateway.url + filled(operationOf(name), path), {
    method: METHODS[method],
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(exampleOf(name)),
  });
}

describe('the examples', () => {
  it('of a notification are of all twelve types, and each is accepted as it stands', async () => {
    const { requestBody } = operations.find(({ name }) => name === 'post /spg/notification') ?? {};
    const { schema, examples = {} } = requestBody?.content?.['application/json'] ?? {};
    expect(schema?.['oneOf']).toHaveLength(12);
    expect(Object.keys(examples)).toHaveLength(12);
    for (const [name, { value }] of Object.entries(examples)) {
      expect(value).toMatchObject({ payload: { eventType: name } });
      const { status, body } = await send(gateway, value);
      expect({ name, status, body }).toEqual({
        name,
        status: 200,
        body: { eventId: value['eventId'], status: 'accepted' },
      });
    }
  });

  it('of a technician who logs in, searches and books work as they stand', async () => {
    const { token } = (await sendExample(LOG_IN)).body;
    const headers = { 'x-access-token': String(token) };
    const search = await sendExample('post /followup-booking/appointments/open-slots', headers);
    const slots = search.body['TimeConstraints'] as unknown[];
    const booking = exampleOf(BOOK);
    expect(slots.at(-1)).toEqual((booking['TimeConstraints'] as unknown[])[0]);
    expect(await sendExample(BOOK, headers)).toMatchObject({
      status: 200,
      body: { OrderNum: 'FU-000001', OrderedParts: [{ Parts: ['ONT-G010-P'] }] },
    });
    expect((await sendExample(BOOK, headers)).status).toBe(200);
  });

  it('of a calendar is accepted as it stands', async () => {
    const authorization = `Bearer ${await gateway.token({ scope: 'bookings:admin' })}`;
    const put = await sendExample('put /followup-booking/calendars/{serviceAreaId}', { authorization });
    expect(put).toMatchObject({
      status: 200,
      body: exampleOf('put /followup-booking/calendars/{serviceAreaId}'),
    });
  });

  it('of a message of ITAS are of all five templates, and each is accepted as it stands', async () => {
    const { requestBody } = operations.find(({ name }) => name === 'post /itas-events/messages') ?? {};
    const { schema, examples = {} } = requestBody?.content?.['application/json'] ?? {};
    expect(schema?.['oneOf']).toHaveLength(5);
    expect(Object.keys(examples)).toHaveLength(5);
    for (const { value } of Object.values(examples)) {
      const { status, body } = await push(gateway, value);
      expect([status, body]).toEqual([200, { messageId: value['MessageId'], status: 'accepted' }]);
    }
    const unknown = itasMessage('TID-018', { '/MessageBody/TID': 'TID-099' });
    expect((await push(gateway, unknown)).body).toMatchObject({ deadLetterId: '1' });
  });

  it('of paths find what all those brought', async () => {
    await gateway.settle();
    const authorization = `Bearer ${await gateway.token({ scope: 'spg:read events:read events:admin itas:read bookings:read' })}`;
    for (const operation of secured('token').filter(
      ({ method, path }) => method === 'get' && !(isOfParty(path) && path.includes('{')) && !isStream(path),
    )) {
      const { status, headers } = await askAsStranger(operation, { authorization });
      expect([operation.name, status]).toEqual([operation.name, 200]);
      expect(headers['content-type']).toMatch(/^application\/json/);
    }
  });

  it('of answers have the members that the answers have', async () => {
    const { body } = await read(gateway, '/spg/work-orders/WO-1048576');
    const { properties, required } = resolve('#/components/schemas/WorkOrderAnswer') as {
      properties: Json;
      required: string[];
    };
    expect(Object.keys(body).filter((name) => !(name in properties))).toEqual([]);
    expect(required.filter((name) => !(name in body))).toEqual([]);
  });
});
