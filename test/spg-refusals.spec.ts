import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { exampleOf } from '../src/spg/dto/examples';
import { type Gateway, SPG_KEY, startGateway } from './support/gateway';
import { type Answer, ask, send } from './support/http';
import { notification, put } from './support/notification';
import { rowCounts } from './support/rows';

type Json = Record<string, unknown>;

let gateway: Gateway;
let before: Record<string, number>;

beforeAll(async () => {
  gateway = await startGateway();
  await send(gateway, exampleOf('CreateWorkOrderNotify'));
  before = await rowCounts(gateway.dataSource);
});
afterAll(() => gateway.close());

function spoiled(pointer: string, value: unknown): object {
  return put(notification('AddTaskNotify'), pointer, value);
}

/** Status and kind of a problem that speaks both languages, ours (RFC 9457) and the gateway's, when nothing was written. */
async function refusalOf(answer: Answer): Promise<string> {
  const { body, status } = answer;
  const slug = String(body['code']);
  const errors = (body['errors'] ?? []) as { pointer: string; detail: string; keyword: string }[];
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.headers['x-transaction-id']).toMatch(/./);
  expect(body).toEqual({
    type: `urn:problem-type:karere:${slug}`,
    title: expect.stringMatching(/^[A-Z]/) as string,
    status,
    detail: expect.stringMatching(/\.$/) as string,
    instance: '/spg/notification',
    ...(body['errors'] !== undefined && { errors }),
    message: body['title'],
    code: slug,
    cause: body['detail'],
    details: errors.map(({ pointer, detail, keyword }) => ({
      detailedMessage: detail,
      detailedCode: keyword,
      instance: pointer,
      keyword,
    })),
  });
  expect(await rowCounts(gateway.dataSource)).toEqual(before);
  return `${status} ${slug}`;
}

function pointersOf({ body }: Answer): string[] {
  return (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);
}

describe('401: who does not present the key', () => {
  it.each([
    ['none', {}],
    ['an empty one', { 'x-api-key': '' }],
    ['a wrong one', { 'x-api-key': 'wrong' }],
    ['a part of it', { 'x-api-key': SPG_KEY.slice(0, -1) }],
    ['more than it', { 'x-api-key': `${SPG_KEY}x` }],
    ['it among others', { 'x-api-key': `${SPG_KEY}, ${SPG_KEY}` }],
    ['it as a bearer token', { authorization: `Bearer ${SPG_KEY}` }],
  ])('presents %s', async (_case, headers) => {
    const answer = await ask(`${gateway.url}/spg/notification`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(exampleOf('AddTaskNotify')),
    });
    expect(await refusalOf(answer)).toBe('401 unauthenticated');
    expect(answer.bytes.toString()).not.toContain(SPG_KEY);
  });

  it('may not send with a bearer token that reads', async () => {
    const authorization = `Bearer ${await gateway.token({ scope: 'spg:read events:admin' })}`;
    const answer = await send(gateway, exampleOf('AddTaskNotify'), { 'x-api-key': '', authorization });
    expect(await refusalOf(answer)).toBe('401 unauthenticated');
  });

  it.each([
    ['what is not JSON', '{"a":', 'application/json'],
    ['what is not said to be JSON', '<a/>', 'text/xml'],
    ['far too much', ' '.repeat(8 * 1024 * 1024), 'application/json'],
  ])('is told nothing about the body, which is not even read: %s', async (_case, body, contentType) => {
    const answer = await ask(`${gateway.url}/spg/notification`, {
      method: 'POST',
      headers: { 'content-type': contentType, 'x-api-key': 'wrong' },
      body,
    });
    expect(await refusalOf(answer)).toBe('401 unauthenticated');
    // The rest of what is far too much would have to be read before the next request.
    expect(answer.headers['connection']).toBe(body.length > 1024 * 1024 ? 'close' : 'keep-alive');
  });
});

describe('400: what is not JSON', () => {
  const personal = 'Aroha';

  it.each([
    ['a word', 'hello', 'at position 0 (line 1 column 1)'],
    ['a bare name', `{"name": ${personal}}`, 'at position 9 (line 1 column 10)'],
    ['a comma too many', `{"name": "${personal}",\n}`, 'at position 18 (line 2 column 1)'],
    ['a comma too many in a list', `["${personal}", ]`, 'at position 10 (line 1 column 11)'],
    ['a lone backslash', `{"user": "DOMAIN\\${personal}"}`, 'at position 17 (line 1 column 18)'],
    ['a comma in place of a value', `{"a":[1,{"b":"\\"",\r\n"c":,"${personal}"}]}`, 'at position 24'],
    ['a blank of another alphabet', `[\u{A0}"${personal}"]`, 'at position 1 '],
    ['something after its end', `{"name":"${personal}"} x`, 'at position 17'],
    ['single quotes', `{'name':'${personal}'}`, 'at position 1 '],
    ['NaN', `{"${personal}":NaN}`, 'at position 9 '],
    ['its first half', `{"name":"${personal}","wonum"`, 'ends too early'],
    ['an open text', `{"name":"${personal}`, 'ends too early'],
    ['a byte order mark alone', '\u{FEFF}', 'ends too early'],
    ['a form', `name=${personal}`, 'at position 0 '],
  ])('%s', async (_case, text, place) => {
    const answer = await send(gateway, text);
    expect(await refusalOf(answer)).toBe('400 malformed-body');
    expect(answer.body['detail']).toContain(place);
    expect(answer.bytes.toString()).not.toContain(personal);
    expect(JSON.stringify(gateway.logs)).not.toContain(personal);
  });

  it('an empty body, announced or not', async () => {
    expect(await refusalOf(await send(gateway, ''))).toBe('400 spg-bad-envelope');
    expect(await refusalOf(await sendInChunks([]))).toBe('400 malformed-body');
  });
});

describe('400: what is no envelope', () => {
  it.each(['null', '1', '"text"', '[]', 'true'])('%s', async (text) => {
    const answer = await send(gateway, text);
    expect(await refusalOf(answer)).toBe('400 spg-bad-envelope');
    expect(pointersOf(answer)).toEqual(['']);
  });

  it('one that lacks everything', async () => {
    const answer = await send(gateway, {});
    expect(await refusalOf(answer)).toBe('400 spg-bad-envelope');
    expect(pointersOf(answer).toSorted()).toEqual([
      '/eventId',
      '/eventTimestamp',
      '/eventType',
      '/message',
      '/payload',
    ]);
  });

  it.each([
    ['/eventId', 90_210],
    ['/eventId', ''],
    ['/eventId', '-1'],
    ['/eventId', '1e3'],
    ['/eventId', '9223372036854775808'],
    ['/eventId', '00000000000000000001'],
    ['/eventTimestamp', '2026-02-30T00:00:00Z'],
    ['/eventTimestamp', '1-01-01T00:00:00Z'],
    ['/eventTimestamp', '2026-08-03T21:15:00+12:00'],
    ['/eventTimestamp', '2026-08-03T21:15:00.1234567Z'],
    ['/eventType', 'ONTActivation'],
    ['/message', 'text'],
    ['/payload', null],
  ])('one with %s = %j', async (path, value) => {
    const answer = await send(gateway, spoiled(path, value));
    expect(await refusalOf(answer)).toBe('400 spg-bad-envelope');
    expect(pointersOf(answer)).toEqual([path]);
  });
});

describe('422: content that its type does not allow', () => {
  it.each([
    ['/payload/eventType', 'DeleteWorkOrderNotify'],
    ['/payload/eventType', '__proto__'],
    ['/payload/eventType', undefined],
    ['/message/notificationType', 'CloseTaskNotify'],
    ['/message/wonum', 'WO-2'],
    ['/payload/workorder/wonum', undefined],
    ['/payload/workorder/tasks', []],
    ['/payload/workorder/tasks/0/taskid', ' '],
    ['/payload/workorder/tasks/0/targetFinish', '2026-02-30T08:00:00Z'],
  ])('%s = %j', async (path, value) => {
    const answer = await send(gateway, spoiled(path, value));
    expect(await refusalOf(answer)).toBe('422 spg-bad-content');
    expect(pointersOf(answer)).toEqual([path]);
  });

  it('all of it at once, and not what stood there', async () => {
    const body = spoiled('/payload/workorder/tasks/0/sequence', 'Aroha') as { message: Json };
    body.message['wonum'] = 'WO-2';
    const answer = await send(gateway, body);
    expect(await refusalOf(answer)).toBe('422 spg-bad-content');
    expect(pointersOf(answer).toSorted()).toEqual(['/message/wonum', '/payload/workorder/tasks/0/sequence']);
    expect(answer.bytes.toString()).not.toContain('Aroha');
  });
});

describe('413: more than 1 MiB', () => {
  const tooMuch = Buffer.from(`"${'x'.repeat(1024 * 1024 - 1)}"`);

  it('of announced length', async () => {
    expect(tooMuch).toHaveLength(1024 * 1024 + 1);
    expect(await refusalOf(await send(gateway, tooMuch))).toBe('413 body-too-large');
  });

  it('in chunks', async () => {
    const halves = [tooMuch.subarray(0, 600_000), tooMuch.subarray(600_000)];
    expect(await refusalOf(await sendInChunks(halves))).toBe('413 body-too-large');
  });
});

describe('415: what is not JSON in UTF-8', () => {
  it.each([
    ['text', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['almost JSON', 'application/jsonp'],
    ['JSON in Latin 1', 'application/json; charset=iso-8859-1'],
    ['JSON in UTF-16', 'application/json;charset="utf-16"'],
    ['nothing that is named', ''],
  ])('%s', async (_case, contentType) => {
    const answer = await send(gateway, exampleOf('AddTaskNotify'), { 'content-type': contentType });
    expect(await refusalOf(answer)).toBe('415 unsupported-media-type');
  });

  it.each(['charset= utf-8', 'CHARSET="UTF8"', 'charset = "utf-8" ; x=y'])('but not %s', async (charset) => {
    const answer = await send(gateway, '{}', { 'content-type': `application/json; ${charset}` });
    expect(await refusalOf(answer)).toMatch(/^400 /);
  });

  it('compressed', async () => {
    const zipped = gzipSync(JSON.stringify(exampleOf('AddTaskNotify')));
    expect(await refusalOf(await send(gateway, zipped, { 'content-encoding': 'gzip' }))).toBe(
      '415 unsupported-media-type',
    );
  });
});

describe('429: too many requests of one address', () => {
  let limited: Gateway;
  beforeAll(async () => {
    limited = await startGateway({ env: { RATE_LIMIT_PER_SECOND: '3' } });
  });
  afterAll(() => limited.close());

  it('says when to come back, and nothing of it was written', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        send(limited, exampleOf('AddTaskNotify', { eventId: String(n + 1) })),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers, body } of refused) {
      expect(headers['retry-after']).toBe('1');
      expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(body).toMatchObject({ code: 'too-many-requests', status: 429, title: 'Too many requests' });
    }
    const accepted = answers.filter(({ status }) => status === 200);
    expect(accepted).toHaveLength(12 - refused.length);
    expect(await rowCounts(limited.dataSource)).toMatchObject({
      spg_notification: accepted.length,
      domain_event: accepted.length,
    });
  });
});

/** Without announcing the length of the whole. */
async function sendInChunks(chunks: readonly Buffer[]): Promise<Answer> {
  const request = httpRequest(`${gateway.url}/spg/notification`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': SPG_KEY, 'transfer-encoding': 'chunked' },
  });
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  for (const chunk of chunks) request.write(chunk);
  request.end();
  const [answer] = await answered;
  const bytes = await buffer(answer);
  const body = JSON.parse(bytes.toString()) as Json;
  return { status: answer.statusCode ?? 0, headers: answer.headers, bytes, body };
}
