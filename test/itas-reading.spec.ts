import { type Gateway, startGateway } from './support/gateway';
import { type Answer, ask, read } from './support/http';
import { INNER, itasMessage, parameters, push } from './support/itas-message';

type Json = Record<string, unknown>;

let gateway: Gateway;
/** The ids of the messages, by the names that the tests give them. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  gateway = await startGateway();
  const at = (time: string): Json => ({ '/EnqueueTime': `2026-08-0${time}` });
  await take('freeze', itasMessage('TID-014', at('1T10:00:00')));
  await take('document', itasMessage('TID-010', at('2T10:00:00')));
  await take('invoice', itasMessage('TID-013', { ...at('3T10:00:00.1239999'), '/CompanyCode': 'AA' }));
  await take('notice', itasMessage('TID-002', { ...at('4T10:00:00'), '/Topic': '2-900' }));
  await take('clearing', itasMessage('TID-018', at('5T10:00:00')));
  await take(
    'wip',
    itasMessage('TID-010', {
      ...at('6T10:00:00'),
      '/Topic': '2-220',
      [`${INNER}/EntityType`]: 'wip',
      [`${INNER}/EntityID`]: "O'Neill & 50 %",
      ...parameters({ note: 'Warehouse Ōwhiro' }),
    }),
  );
});
afterAll(() => gateway.close());

async function take(name: string, message: Json): Promise<void> {
  expect((await push(gateway, message)).status).toBe(200);
  ids[name] = String(message['MessageId']);
}

function get(path: string): Promise<Answer> {
  return read(gateway, `/itas-events/messages${path}`, { scope: 'itas:read' });
}

/** The names of what a query finds, in order. */
async function found(query: Readonly<Record<string, string>>): Promise<string[]> {
  const { status, body } = await get(`?${new URLSearchParams(query).toString()}`);
  expect(status).toBe(200);
  return namesOf(body);
}

function namesOf(body: Readonly<Json>): string[] {
  const byId = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  return (body['items'] as { messageId: string }[]).map(({ messageId }) => byId.get(messageId) ?? 'other');
}

describe('GET /itas-events/messages', () => {
  it('has the newest first, by the clock of ITAS, in our words', async () => {
    expect(await found({})).toEqual(['wip', 'clearing', 'notice', 'invoice', 'document', 'freeze']);
    const { body } = await get('?tid=TID-013');
    expect(body['items']).toEqual([
      {
        messageId: ids['invoice'],
        topic: '3-8',
        topicKnown: true,
        tid: 'TID-013',
        companyCode: 'AA',
        messageType: '{ITASMessage}',
        tradingEntity: 'qa',
        enqueuedAt: '2026-08-03T10:00:00.123Z',
        receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        source: 'push',
        documentReference: 'INV-20871',
        documentDate: '2026-08-04',
        documentType: 'SINV',
        style: 'sales',
        parameters: {},
      },
    ]);
  });

  it.each([
    [{ topic: '2-220' }, ['wip']],
    [{ topic: '3-10' }, ['freeze']],
    [{ topic: '2-13' }, ['freeze']],
    [{ topic: '6-3' }, []],
    [{ tid: 'TID-010' }, ['wip', 'document']],
    [{ entityId: 'C-10023' }, ['document']],
    [{ entityId: "O'Neill & 50 %" }, ['wip']],
    [{ entityType: 'wip' }, ['wip']],
    [{ entityType: 'wip', entityId: 'C-10023' }, []],
    [{ companyCode: 'AA' }, ['invoice']],
    [{ companyCode: 'GF', tid: 'TID-014' }, ['freeze']],
    [{ from: '2026-08-05T10:00:00Z' }, ['wip', 'clearing']],
    [{ from: '2026-08-05T10:00:00.001Z' }, ['wip']],
    [{ to: '2026-08-02T10:00:00Z' }, ['freeze']],
    [{ from: '2026-08-03T22:00:00+12:00', to: '2026-08-04T10:00:00Z' }, ['invoice']],
    [{ q: 'books july' }, ['notice']],
    [{ q: 'INV' }, ['invoice']],
    [{ q: 'ware ōwhi' }, ['wip']],
    [{ q: 'ware july' }, []],
    [{ q: "o'neill" }, ['wip']],
    [{ q: 'signed.pdf' }, ['document']],
    [{ q: "' | !:* \\" }, []],
    [{ q: 'a\u{0}b' }, []],
  ])('finds by %j: %j', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it('comes page by page, also where times are the same', async () => {
    const same = Array.from({ length: 7 }, () => itasMessage('TID-013', { '/Topic': '9-9' }));
    for (const message of same) await push(gateway, message);
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { body } = await get(`?topic=9-9&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const items = body['items'] as { messageId: string }[];
      sizes.push(items.length);
      seen.push(...items.map(({ messageId }) => messageId));
      cursor = body['nextCursor'] as string | undefined;
    }
    expect(sizes).toEqual([3, 3, 1]);
    expect(seen).toEqual(
      same
        .map(({ MessageId }) => String(MessageId))
        .toSorted()
        .toReversed(),
    );
  });

  it.each([
    'topic=3',
    'tid=TID-011',
    'entityId=%20',
    'entityType=',
    'from=yesterday',
    'to=2026-08-04T10:00:00',
    'q=%20',
    'limit=0',
    'limit=501',
    'cursor=x',
    `cursor=${btoa('["2026-08-04T10:00:00.000Z","x"]')}`,
  ])('refuses %s', async (query) => {
    expect(await get(`?${query}`)).toMatchObject({
      status: 400,
      body: {
        type: 'urn:problem-type:karere:invalid-input',
        errors: [{ pointer: `?${query.split('=')[0]}` }],
      },
    });
  });
});

describe('GET /itas-events/messages/{messageId}', () => {
  it('has all that is kept of a message, with its original character by character', async () => {
    const message = itasMessage('TID-014', { '/Sender': 'x', [`${INNER}/Desk`]: ['a'] });
    const text = `\n ${JSON.stringify(message, null, 3)}\r\n`;
    await push(gateway, text, { 'x-transaction-id': 'tx-7' });
    const { status, body } = await get(`/${String(message['MessageId'])}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      messageId: message['MessageId'],
      topic: '3-10',
      originTopic: '2-13',
      entityId: 'F-2026-08',
      entityType: 'freeze',
      eventType: 'FREEZE',
      parameters: { freezedate: { kind: 'month', month: '2026-08' } },
      innerBody: { Desk: ['a'] },
      transactionId: 'tx-7',
      repaired: false,
      original: text,
    });
  });

  it('finds it by its id in any case', async () => {
    expect((await get(`/${String(ids['notice']).toUpperCase()}`)).body).toMatchObject({
      title: 'Month end',
    });
  });

  it('knows only what has come', async () => {
    expect(await get('/00000000-0000-4000-8000-000000000000')).toMatchObject({
      status: 404,
      body: { type: 'urn:problem-type:karere:unknown-message' },
    });
    expect(await get('/1')).toMatchObject({
      status: 400,
      body: { type: 'urn:problem-type:karere:invalid-input' },
    });
  });
});

it('is for readers of ITAS only', async () => {
  for (const path of ['/itas-events/messages', `/itas-events/messages/${ids['notice']}`]) {
    expect((await ask(gateway.url + path)).status).toBe(401);
    expect((await read(gateway, path, { scope: 'spg:read itas:publish itas:admin' })).status).toBe(403);
  }
});
