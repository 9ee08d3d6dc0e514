import { type Gateway, SPG_KEY, startGateway } from './support/gateway';
import { type Answer, ask, read, send } from './support/http';
import { itasMessage, push } from './support/itas-message';

type Json = Record<string, unknown>;

interface Body {
  readonly content?: Readonly<Record<string, { schema?: Json; examples?: Record<string, { value: Json }> }>>;
}

interface Operation {
  readonly name: string;
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  readonly path: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Json[];
  readonly parameters: readonly { name: string; in: string; schema?: Json }[];
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body & { description: string }>>;
}

const METHODS = { get: 'GET', post: 'POST', patch: 'PATCH', delete: 'DELETE' } as const;

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
  const filled = parameters.reduce(
    (url, { name, schema }) => url.replace(`{${name}}`, String(schema?.['example'])),
    path,
  );
  return ask(gateway.url + filled, { method: METHODS[method], headers });
}

describe('the document', () => {
  it('is OpenAPI 3 and names every route', () => {
    expect(document).toMatchObject({ openapi: expect.stringMatching(/^3\./) as string });
    expect(operations.map(({ name }) => name).toSorted()).toEqual([
      'delete /tuatahi/subscriptions/{id}',
      'get /domain-events/parked',
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
      'get /tuatahi/subscriptions',
      'get /tuatahi/subscriptions/{id}',
      'get /tuatahi/subscriptions/{id}/sequence',
      'patch /tuatahi/subscriptions/{id}',
      'post /domain-events/parked/{id}/retry',
      'post /itas-events/dead-letters/{id}/discard',
      'post /itas-events/dead-letters/{id}/retry',
      'post /itas-events/messages',
      'post /spg/notification',
      'post /tuatahi/events',
      'post /tuatahi/subscriptions',
      'post /tuatahi/subscriptions/{id}/channels/{channelId}/enable',
      'post /tuatahi/subscriptions/{id}/channels/{channelId}/secret',
      'post /tuatahi/subscriptions/{id}/test',
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

describe('who may do it', () => {
  it('is described where it is referred to', () => {
    const schemes = resolve('#/components/securitySchemes') as Json;
    const referred = operations.flatMap(({ security = [] }) => security.flatMap((way) => Object.keys(way)));
    expect([...new Set(referred)].toSorted()).toEqual(Object.keys(schemes).toSorted());
    expect(schemes).toMatchObject({
      'spg-key': { type: 'apiKey', in: 'header', name: 'x-api-key' },
      token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    });
  });

  it('is everybody for the probes, and nobody else for the rest', () => {
    expect(failing(({ security }) => security === undefined)).toEqual([
      'get /health/live',
      'get /health/ready',
    ]);
    expect([...secured('token'), ...secured('spg-key')]).toHaveLength(operations.length - 2);
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
    const [receiving] = secured('spg-key') as [Operation];
    expect((await askAsStranger(receiving)).status).toBe(401);
    for (const operation of operations.filter(({ security }) => !security)) {
      expect([operation.name, (await askAsStranger(operation)).status]).toEqual([operation.name, 200]);
    }
  });
});

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
    const authorization = `Bearer ${await gateway.token({ scope: 'spg:read events:admin itas:read' })}`;
    for (const operation of secured('token').filter(
      ({ method, path }) => method === 'get' && !path.includes('/subscriptions/'),
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
