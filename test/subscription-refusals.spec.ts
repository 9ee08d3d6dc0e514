import { type Gateway, startGateway } from './support/gateway';
import { type Answer, ask } from './support/http';
import { put } from './support/notification';
import { expectProblem } from './support/problem';
import { rowCounts } from './support/rows';
import { Subscriber, subscriptionTo } from './support/subscriber';

type Json = Record<string, unknown>;

let gateway: Gateway;
let subscriber: Subscriber;
let before: Record<string, number>;

beforeAll(async () => {
  gateway = await startGateway();
  subscriber = new Subscriber(gateway, 'rsp-1');
  await subscriber.subscribe(subscriptionTo('http://127.0.0.1:4000/first'));
  before = await rowCounts(gateway.dataSource);
});
afterAll(() => gateway.close());

/** A good request that has everything, for a test to spoil. */
function good(): Json {
  return {
    eventType: 'ONTActivation',
    filters: { target: 'my', attributes: [{ status: 'Success', __not__: { error: 'true' } }] },
    contactEmails: [{ email: 'contact@example.co.nz' }],
    expiresOn: new Date(Date.now() + 100 * 86_400_000).toISOString().slice(0, 10),
    notificationChannels: {
      email: [{ email: 'noc@example.co.nz' }],
      webhook: [
        {
          callbackUri: 'http://127.0.0.1:4000/hook',
          errorStrategy: 'retry',
          auth: { username: 'karere', password: 'secret' },
          apiKey: 'key',
          ratePerSecond: 5,
        },
      ],
    },
  };
}

function spoiled(pointer: string, value: unknown): Json {
  return put(good(), pointer, value);
}

async function post(text: string, headers = {}): Promise<Answer> {
  const authorization = `Bearer ${await gateway.token({ partyId: 'rsp-1' })}`;
  return ask(`${gateway.url}/tuatahi/subscriptions`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body: text,
  });
}

async function expectRefused(request: unknown, ...places: string[]): Promise<void> {
  expectProblem(await post(JSON.stringify(request)), '400 invalid-input', ...places);
  expect(await rowCounts(gateway.dataSource)).toEqual(before);
}

/** Lets a subscription that was made not stand in the way of others. */
async function forget(id: unknown): Promise<void> {
  await subscriber.ask('DELETE', `/subscriptions/${String(id)}`);
  before = await rowCounts(gateway.dataSource);
}

/** A text that was taken comes back as it was given, unless it is a secret. */
async function expectKept(created: Answer, pointer: string, text: string): Promise<void> {
  const { body } = await subscriber.ask('GET', `/subscriptions/${String(created.body['id'])}`);
  if (!/password|apiKey|expiresOn/.test(pointer))
    expect(JSON.stringify(body)).toContain(JSON.stringify(text));
  await forget(created.body['id']);
}

/** Such text where everything else about it is good. */
function within(pointer: string, odd: string): string {
  if (pointer.endsWith('/email')) return `a${odd}@example.co.nz`;
  return pointer.endsWith('/callbackUri') ? `http://127.0.0.1/${odd}` : odd;
}

const CHANNELS = '/notificationChannels';
const HOOK = `${CHANNELS}/webhook/0`;

it('the request that is spoilt below is good', async () => {
  const { status, body } = await subscriber.ask('POST', '/subscriptions', good());
  expect(status).toBe(201);
  await forget(body['id']);
});

describe('a body', () => {
  it.each(['null', '[]', '"text"', '7', 'true', '[{}]'])('that is %s', async (text) => {
    expectProblem(await post(text), '400 invalid-input', ' object');
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });

  it('that has nothing in it, or is not there', async () => {
    const places = ['/eventType required', '/contactEmails required', '/notificationChannels required'];
    await expectRefused({}, ...places);
    expectProblem(await post(''), '400 invalid-input', ...places);
  });

  it('that is not JSON, of another type, or too large', async () => {
    expectProblem(await post('{"eventType":'), '400 malformed-body');
    const asText = { 'content-type': 'text/plain' };
    expectProblem(await post(JSON.stringify(good()), asText), '415 unsupported-media-type');
    const large = JSON.stringify({ ...good(), more: 'x'.repeat(1024 * 1024) });
    expectProblem(await post(large), '413 body-too-large');
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });

  it('of which several members are wrong: all are told at once', async () => {
    await expectRefused(
      { eventType: 7, contactEmails: [{ email: 'x' }, 'y'], expiresOn: '', notificationChannels: [] },
      '/eventType text',
      '/contactEmails/0/email email',
      '/contactEmails/1 object',
      '/expiresOn text',
      '/notificationChannels object',
    );
    const wrong = put(spoiled('/eventType', 'Nothing'), `${HOOK}/callbackUri`, 'http://10.0.0.1/');
    await expectRefused(
      put(wrong, '/filters', { target: 'all' }),
      '/eventType eventType',
      '/filters/target choice',
      `${HOOK}/callbackUri callbackUri`,
    );
  });
});

describe('a member that is not known', () => {
  const places = ['', CHANNELS, HOOK, `${HOOK}/auth`, `${CHANNELS}/email/0`, '/contactEmails/0'];
  it.each(places.map((place) => `${place}/filter`))(
    'at %s: misspelt, it would mean something else',
    async (pointer) => {
      await expectRefused(spoiled(pointer, { attributes: [] }), `${pointer} unknown`);
    },
  );

  it('is named together with what is known', async () => {
    const { body } = await post(JSON.stringify({ ...good(), filter: {} }));
    const known = 'eventType, filters, contactEmails, expiresOn, notificationChannels';
    expect(body['errors']).toEqual([
      { pointer: '/filter', keyword: 'unknown', detail: `must be left out; known here: ${known}` },
    ]);
  });
});

describe('eventType', () => {
  it.each([
    ['required', undefined],
    ['required', null],
    ['text', 7],
    ['text', ['ONTActivation']],
    ['text', ''],
    ['text', 'x'.repeat(101)],
    ['eventType', 'OntActivation'],
    ['eventType', ' ONTActivation'],
    ['eventType', 'ONTActivation*'],
    ['eventType', 'ONTActivation.*'],
    ['eventType', '*'],
    ['eventType', '.*'],
    ['eventType', 'spg'],
    ['eventType', 'spg.'],
    ['eventType', 'spg*'],
    ['eventType', 's.*'],
    ['eventType', 'SPG.*'],
    ['eventType', 'spg.*.*'],
    ['eventType', 'spg..*'],
    ['eventType', 'spg.work-order'],
    ['eventType', 'spg.work-*'],
    ['eventType', 'spg.nothing.*'],
    ['eventType', 'spg.work-order.created.*'],
    ['eventType', '__proto__'],
    ['eventType', 'constructor'],
    ['eventType', 'ONTActivation\0'],
    ['eventType', '\u{D800}'],
  ])('%s: %j', async (keyword, value) => {
    await expectRefused({ ...good(), filters: null, eventType: value }, `/eventType ${keyword}`);
  });
});

describe('filters', () => {
  const entry = '/filters/attributes/0';

  it.each<[string, string, unknown]>([
    ['/filters object', '/filters', []],
    ['/filters object', '/filters', 'my'],
    ['/filters/target choice', '/filters', {}],
    ['/filters/target choice', '/filters/target', 'all'],
    ['/filters/target choice', '/filters/target', 'My'],
    ['/filters/target choice', '/filters/target', ['my']],
    ['/filters/target choice', '/filters/target', null],
    ['/filters/attribute unknown', '/filters/attribute', []],
    ['/filters/attributes list', '/filters/attributes', {}],
    ['/filters/attributes list', '/filters/attributes', 'status'],
    ['/filters/attributes list', '/filters/attributes', Array.from({ length: 1001 }, () => ({}))],
    [`${entry} object`, entry, null],
    [`${entry} object`, entry, 'status'],
    [`${entry} object`, entry, []],
    [`${entry}/status text`, `${entry}/status`, null],
    [`${entry}/status text`, `${entry}/status`, true],
    [`${entry}/status text`, `${entry}/status`, 0],
    [`${entry}/status text`, `${entry}/status`, ['Success']],
    [`${entry}/status text`, `${entry}/status`, 'x'.repeat(1001)],
    [`${entry}/status text`, `${entry}/status`, 'a\0'],
    [`${entry}/status text`, `${entry}/status`, '\u{DC00}a'],
    [`${entry}/__not__ object`, `${entry}/__not__`, null],
    [`${entry}/__not__ object`, `${entry}/__not__`, ['status']],
    [`${entry}/__not__/status text`, `${entry}/__not__/status`, false],
    [`${entry}/__not__/__not__ attribute`, `${entry}/__not__/__not__`, {}],
  ])('%s, of %s = %j', async (place, pointer, value) => {
    await expectRefused(spoiled(pointer, value), place);
  });

  it.each([
    ['ONTActivation', 'Status', /: status, errorCode, .*, opticalStatus$/],
    ['ONTActivation', 'wonum', /: status, errorCode, .*, opticalStatus$/],
    ['ONTActivation', 'toString', /: status, errorCode, .*, opticalStatus$/],
    ['SPWorkOrderNotification', 'status ', /: wonum, notificationType, taskid, status, summary$/],
    ['spg.gap.healed', 'data', /: from, to, openedAt, healedAt, healedBy$/],
    ['spg.*', 'subscriptionId', /: eventId, eventTimestamp, notificationType, wonum, from, .*, healedBy$/],
    ['spg.work-order.created', 'payload', /: eventId, eventTimestamp, notificationType, wonum$/],
  ])(
    'for %s, with an attribute that it does not have, %s: it is named, and so are those that it has',
    async (eventType, attribute, those) => {
      for (const [place, attributes] of [
        [entry, { [attribute]: 'x' }],
        [`${entry}/__not__`, { __not__: { [attribute]: 'x' } }],
      ] as const) {
        const filters = { target: 'my', attributes: [attributes] };
        const answer = await post(JSON.stringify({ ...good(), eventType, filters }));
        expectProblem(answer, '400 invalid-input', `${place}/${attribute} attribute`);
        expect(answer.body['errors']).toMatchObject([{ detail: expect.stringMatching(those) as string }]);
      }
      expect(await rowCounts(gateway.dataSource)).toEqual(before);
    },
  );

  it('of any kind of which a prefix is subscribed to may name what one of them has', async () => {
    const filters = { target: 'my', attributes: [{ wonum: 'WO-1' }, { healedBy: 'late' }] };
    const { status, body } = await subscriber.ask('POST', '/subscriptions', {
      ...good(),
      eventType: 'spg.*',
      filters,
    });
    expect(status).toBe(201);
    await forget(body['id']);
  });
});

describe('contactEmails', () => {
  const email = 'a@example.co.nz';

  it.each<[string, unknown]>([
    ['required', undefined],
    ['required', null],
    ['list', []],
    ['list', email],
    ['list', { email }],
    ['list', Array.from({ length: 21 }, () => ({ email }))],
  ])(' %s: %j', async (keyword, value) => {
    await expectRefused(spoiled('/contactEmails', value), `/contactEmails ${keyword}`);
  });

  it.each<[string, unknown]>([
    [' object', null],
    [' object', email],
    [' object', [email]],
    ['/email required', {}],
    ['/email required', { email: null }],
    ['/email email', { email: 7 }],
    ['/email email', { email: '' }],
    ['/email email', { email: 'nobody' }],
    ['/email email', { email: 'a@example' }],
    ['/email email', { email: `Aroha <${email}>` }],
    ['/email email', { email: `${email},b@example.co.nz` }],
    ['/email email', { email: `${email}\r\nBcc: b@example.co.nz` }],
    ['/email email', { email: '"a\r\nBcc: b@example.co.nz"@example.co.nz' }],
    ['/email email', { email: `a\0${email}` }],
    ['/email email', { email: 'a@\u{D800}example.co.nz' }],
    ['/email email', { email: '\u{DC00}@example.co.nz' }],
    ['/email email', { email: `${'a'.repeat(64)}@${'b'.repeat(190)}.co.nz` }],
  ])('0%s: %j', async (place, value) => {
    await expectRefused(spoiled('/contactEmails/0', value), `/contactEmails/0${place}`);
    await expectRefused(spoiled(`${CHANNELS}/email/0`, value), `${CHANNELS}/email/0${place}`);
  });
});

describe('notificationChannels', () => {
  const many = (length: number, make: (n: number) => object): object[] =>
    Array.from({ length }, (_, n) => make(n));

  it.each<[string, string, unknown]>([
    [`${CHANNELS} required`, CHANNELS, undefined],
    [`${CHANNELS} object`, CHANNELS, []],
    [`${CHANNELS} required`, CHANNELS, {}],
    [`${CHANNELS} required`, CHANNELS, { email: null, webhook: null }],
    [`${CHANNELS} required`, CHANNELS, { email: [], webhook: [] }],
    [`${CHANNELS}/email list`, `${CHANNELS}/email`, { email: 'a@example.co.nz' }],
    [`${CHANNELS}/email list`, `${CHANNELS}/email`, many(51, (n) => ({ email: `a${n}@example.co.nz` }))],
    [`${CHANNELS}/webhook list`, `${CHANNELS}/webhook`, { callbackUri: 'http://127.0.0.1/' }],
    [
      `${CHANNELS}/webhook list`,
      `${CHANNELS}/webhook`,
      many(51, () => ({ callbackUri: 'http://127.0.0.1' })),
    ],
    [
      `${CHANNELS}/webhook/1/callbackUri callbackUri`,
      `${CHANNELS}/webhook`,
      many(2, () => ({ callbackUri: 'http://127.0.0.1' })),
    ],
    [
      `${CHANNELS}/webhook/1/callbackUri callbackUri`,
      `${CHANNELS}/webhook`,
      [{ callbackUri: 'http://localhost:4000/a' }, { callbackUri: 'HTTP://LOCALHOST:4000/b/../a' }],
    ],
    [`${HOOK} object`, HOOK, null],
    [`${HOOK} object`, HOOK, 'http://127.0.0.1/'],
    [`${HOOK}/callbackUri required`, HOOK, {}],
    [`${HOOK}/errorStrategy choice`, `${HOOK}/errorStrategy`, 'Retry'],
    [`${HOOK}/errorStrategy choice`, `${HOOK}/errorStrategy`, 'fail'],
    [`${HOOK}/errorStrategy choice`, `${HOOK}/errorStrategy`, true],
    [`${HOOK}/auth object`, `${HOOK}/auth`, 'karere:secret'],
    [`${HOOK}/auth/username required`, `${HOOK}/auth/username`, undefined],
    [`${HOOK}/auth/username text`, `${HOOK}/auth/username`, ''],
    [`${HOOK}/auth/username text`, `${HOOK}/auth/username`, 'a:b'],
    [`${HOOK}/auth/username text`, `${HOOK}/auth/username`, 'a\r\nb'],
    [`${HOOK}/auth/username text`, `${HOOK}/auth/username`, '\u{D800}'],
    [`${HOOK}/auth/username text`, `${HOOK}/auth/username`, 'a'.repeat(256)],
    [`${HOOK}/auth/password required`, `${HOOK}/auth/password`, null],
    [`${HOOK}/auth/password text`, `${HOOK}/auth/password`, 7],
    [`${HOOK}/auth/password text`, `${HOOK}/auth/password`, 'a\0'],
    [`${HOOK}/auth/password text`, `${HOOK}/auth/password`, '\u{DC00}'],
    [`${HOOK}/auth/password text`, `${HOOK}/auth/password`, 'a'.repeat(256)],
    [`${HOOK}/apiKey text`, `${HOOK}/apiKey`, ''],
    [`${HOOK}/apiKey text`, `${HOOK}/apiKey`, 'a b'],
    [`${HOOK}/apiKey text`, `${HOOK}/apiKey`, 'a\nb'],
    [`${HOOK}/apiKey text`, `${HOOK}/apiKey`, 'kī'],
    [`${HOOK}/apiKey text`, `${HOOK}/apiKey`, 'a'.repeat(256)],
    [`${HOOK}/ratePerSecond integer`, `${HOOK}/ratePerSecond`, 0],
    [`${HOOK}/ratePerSecond integer`, `${HOOK}/ratePerSecond`, 0.5],
    [`${HOOK}/ratePerSecond integer`, `${HOOK}/ratePerSecond`, 10_001],
    [`${HOOK}/ratePerSecond integer`, `${HOOK}/ratePerSecond`, '5'],
  ])('%s, of %s = %j', async (place, pointer, value) => {
    await expectRefused(spoiled(pointer, value), place);
  });

  it.each<[string, unknown]>([
    ['required', undefined],
    ['uri', 7],
    ['uri', ''],
    ['uri', 'hook'],
    ['uri', '//127.0.0.1/hook'],
    ['uri', 'ftp://127.0.0.1/hook'],
    ['uri', 'javascript:alert(1)'],
    ['uri', 'http://'],
    ['uri', 'http://127.0.0.1:99999/'],
    ['uri', ' http://127.0.0.1/'],
    ['uri', `http://127.0.0.1/${'x'.repeat(2048)}`],
    ['callbackUri', 'http://127.0.0.1/\0'],
    ['callbackUri', 'http://127.0.0.1/\u{D800}'],
    ['callbackUri', 'http://127.0.0.1\\hook'],
    ['callbackUri', 'http://user:password@127.0.0.1/'],
    ['callbackUri', 'http://127.0.0.1/#fragment'],
    ['callbackUri', `http://${'a.'.repeat(200)}nz/`],
    ['callbackUri', `http://${'語ก'.repeat(900)}.nz/`],
    ['callbackUri', 'http://10.0.0.1/'],
    ['callbackUri', 'http://169.254.169.254/latest/meta-data/'],
  ])('webhook/0/callbackUri %s: %j', async (keyword, value) => {
    await expectRefused(spoiled(`${HOOK}/callbackUri`, value), `${HOOK}/callbackUri ${keyword}`);
  });
});

describe('a hostile body', () => {
  const MARK = 'put here';
  const DEPTH = 20_000;
  const texts = [
    '/eventType',
    '/filters/target',
    '/filters/attributes/0/status',
    '/filters/attributes/0/__not__/error',
    '/contactEmails/0/email',
    '/expiresOn',
    `${CHANNELS}/email/0/email`,
    `${HOOK}/callbackUri`,
    `${HOOK}/errorStrategy`,
    `${HOOK}/auth/username`,
    `${HOOK}/auth/password`,
    `${HOOK}/apiKey`,
  ];

  it.each([...texts, '/filters', '/contactEmails', CHANNELS, HOOK, `${HOOK}/ratePerSecond`])(
    'nested deeply at %s is refused',
    async (pointer) => {
      const around = JSON.stringify(spoiled(pointer, MARK)).split(`"${MARK}"`);
      for (const deep of [
        `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`,
        `${'{"email":'.repeat(DEPTH)}7${'}'.repeat(DEPTH)}`,
        `${'{"__not__":'.repeat(DEPTH)}7${'}'.repeat(DEPTH)}`,
      ]) {
        const { status, body } = await post(around.join(deep));
        expect([status, body['type']]).toEqual([400, 'urn:problem-type:karere:invalid-input']);
      }
      expect(await rowCounts(gateway.dataSource)).toEqual(before);
    },
  );

  it.each(texts)('with odd text at %s is refused, or it is kept as it is', async (pointer) => {
    for (const odd of [
      '\0',
      '\u{D800}',
      '\u{DC00}\u{D800}',
      '\u{FFFF}',
      '\u{202E}txt',
      '\u{1F600}',
      "'; DROP TABLE tuatahi_subscription; --",
      '{"a":1}',
      '$1',
      '%00%0d%0a',
      '{,"a\\',
      'NULL',
      '__proto__',
      'x'.repeat(50_000),
    ]) {
      for (const text of new Set([odd, within(pointer, odd)])) {
        const answer = await post(JSON.stringify(spoiled(pointer, text)));
        expect([201, 400]).toContain(answer.status);
        if (answer.status === 201) await expectKept(answer, pointer, text);
      }
    }
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });

  it('with names of prototypes is read for what it says', async () => {
    const text = JSON.stringify(good());
    const members = text.slice(1, -1);
    const hidden = `{"__proto__":{${members}},"constructor":{"prototype":{${members}}}}`;
    expectProblem(
      await post(hidden),
      '400 invalid-input',
      '/__proto__ unknown',
      '/constructor unknown',
      '/eventType required',
      '/contactEmails required',
      '/notificationChannels required',
    );
    for (const [instead, ...places] of [
      ['{"__proto__":{"target":"my"}}', '/filters/target choice', '/filters/__proto__ unknown'],
      ['{"target":"my","attributes":[{"__proto__":"x"}]}', '/filters/attributes/0/__proto__ attribute'],
      [
        '{"target":"my","attributes":[{"__not__":{"__proto__":{"status":"x"}}}]}',
        '/filters/attributes/0/__not__/__proto__ attribute',
      ],
      ['{"target":"my","attributes":{"__proto__":[],"length":1}}', '/filters/attributes list'],
    ] as const) {
      const request = JSON.stringify(spoiled('/filters', MARK)).replace(`"${MARK}"`, instead);
      expectProblem(await post(request), '400 invalid-input', ...places);
    }
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
    expect(({} as Json)['target']).toBeUndefined();
  });

  it('of very many faults is told of the first fifty', async () => {
    const faulty = { target: 'my', attributes: [{}] };
    const names = Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`n${n}`, 1]));
    for (const request of [
      spoiled('/filters', { ...faulty, ...names }),
      spoiled('/filters', { ...faulty, attributes: Array.from({ length: 1000 }, () => ({ a: 1, b: 2 })) }),
    ]) {
      const { status, body } = await post(JSON.stringify(request));
      expect(status).toBe(400);
      expect(body['errors']).toHaveLength(50);
    }
    await expectRefused(
      spoiled(
        '/contactEmails',
        Array.from({ length: 60_000 }, () => 7),
      ),
      '/contactEmails list',
    );
    await expectRefused(spoiled('/filters/attributes/0', names), '/filters/attributes/0 object');
  });
});
