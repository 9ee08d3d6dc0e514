import { type Gateway, startGateway } from './support/gateway';
import { type Answer, ask, read, send } from './support/http';
import { notification, put } from './support/notification';

interface Item {
  readonly wonum: string;
  readonly status: string;
  readonly changedAt: string;
}

let gateway: Gateway;
let lastEventId = 0;

beforeAll(async () => {
  gateway = await startGateway();
  const orders = Array.from({ length: 25 }, (_, n) => `WO-${100 + n}`);
  // Together, so that some of them change in the same millisecond.
  await Promise.all(orders.map((wonum) => tell('CreateWorkOrderNotify', wonum)));
  await gateway.settle('spg-projector');
  await tell('PutOnHoldWorkOrderNotify', 'WO-101');
  await tell('CloseWorkOrderNotify', 'WO-102');
  await tell('CancelWorkOrderNotify', 'WO-103');
  await tell('UpdateTaskAdditionalInfosNotify', 'WO-200');
  await tell('CreateWorkOrderNotify', 'WO-300', {
    '/payload/workorder/description': "Sean O'Neill & sons: \u{14D}whiro (50 % off)",
    '/payload/workorder/site/address/line1': '7 Kahikatea Drive',
    '/payload/workorder/contacts': [{ role: 'OTHER', name: 'Tama Rewi' }],
    '/payload/workorder/supplementaryReferences': [{ name: 'PO', value: '4711/0815' }],
  });
  await gateway.settle('spg-projector');
});
afterAll(() => gateway.close());

async function tell(
  type: Parameters<typeof notification>[0],
  wonum: string,
  changes: Record<string, unknown> = {},
): Promise<void> {
  lastEventId += 1;
  const body = notification(type, { eventId: String(lastEventId), wonum });
  for (const [pointer, value] of Object.entries(changes)) put(body, pointer, value);
  expect((await send(gateway, body)).status).toBe(200);
}

function list(query: Record<string, string> = {}): Promise<Answer> {
  return read(gateway, `/spg/work-orders?${new URLSearchParams(query).toString()}`);
}

function itemsOf({ body }: Answer): Item[] {
  return body['items'] as Item[];
}

async function wonums(query: Record<string, string>): Promise<string[]> {
  return itemsOf(await list({ limit: '500', ...query })).map(({ wonum }) => wonum);
}

/** All pages, one after the other; what is done between them is told the number of the page. */
async function pages(
  limit: number,
  between: (page: number) => Promise<void> = async () => {},
): Promise<Item[][]> {
  const all: Item[][] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const answer = await list({ limit: String(limit), ...(cursor !== '' && { cursor }) });
    expect(answer.status).toBe(200);
    all.push(itemsOf(answer));
    cursor = answer.body['nextCursor'] as string | undefined;
    await between(all.length);
  }
  return all;
}

describe('the list of work orders', () => {
  it('has the most recently changed first, each in brief', async () => {
    const items = itemsOf(await list());
    expect(items.slice(0, 5).map(({ wonum, status }) => [wonum, status])).toEqual([
      ['WO-300', 'ASSIGNED'],
      ['WO-200', 'UNKNOWN'],
      ['WO-103', 'CANCELLED'],
      ['WO-102', 'CLOSED'],
      ['WO-101', 'ON_HOLD'],
    ]);
    expect(items[4]).toEqual({
      wonum: 'WO-101',
      status: 'ON_HOLD',
      incomplete: false,
      description: 'New fibre connection, single dwelling',
      worktype: 'INSTALL',
      priority: 2,
      anomalies: 0,
      lastEventId: '26',
      changedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    const changes = items.map(({ changedAt, wonum }) => `${changedAt} ${wonum}`);
    expect(changes).toEqual(changes.toSorted().toReversed());
  });

  it.each([
    ['ON_HOLD', ['WO-101']],
    ['CLOSED', ['WO-102']],
    ['CANCELLED', ['WO-103']],
    ['UNKNOWN', ['WO-200']],
  ])('can be of those that are %s', async (status, expected) => {
    expect(await wonums({ status })).toEqual(expected);
  });

  it('can be of those that are ASSIGNED, which are the rest', async () => {
    expect(await wonums({ status: 'ASSIGNED' })).toHaveLength(23);
  });

  it.each([
    ['WO-300', ['WO-300']],
    ['rewi', ['WO-300']],
    ['REW tam', ['WO-300']],
    ['kahikatea 7', ['WO-300']],
    ['4711/0815', ['WO-300']],
    ["o'neill", ['WO-300']],
    ['\u{14D}whiro', ['WO-300']],
    ['rewi aroha', []],
    ['kahikatea & !tama', ['WO-300']],
    ["tama' | 'aroha", []],
    ['\\', []],
    ["'", []],
    ['%', []],
    ['  ', []],
    ['\u0000', []],
    [':*', []],
  ])('can be of those in which %j occurs', async (text, expected) => {
    expect(await wonums({ text })).toEqual(expected);
  });

  it('finds by the beginnings of words in numbers, places, people and tasks', async () => {
    for (const text of ['rangi hamil', 'aroha', 'provis', 'WB-2026', 'fibre dwell']) {
      expect([text, (await wonums({ text })).length]).toEqual([text, 25]);
    }
    for (const text of ['consent', 'ord-7710934', 'FIBRE-500', 'hamil']) {
      expect([text, (await wonums({ text })).length]).toEqual([text, 26]);
    }
  });

  it('can be of those changed at an instant or later', async () => {
    const items = itemsOf(await list({ limit: '500' }));
    const fifth = items[4]?.changedAt ?? '';
    expect(await wonums({ changedSince: fifth })).toEqual(items.slice(0, 5).map(({ wonum }) => wonum));
    const after = new Date(new Date(items[0]?.changedAt ?? '').getTime() + 1).toISOString();
    expect(await wonums({ changedSince: after })).toEqual([]);
    const elsewhere = `${new Date(new Date(fifth).getTime() + 43_200_000).toISOString().slice(0, -1)}+12:00`;
    expect(await wonums({ changedSince: elsewhere })).toHaveLength(5);
  });

  it('takes all filters together', async () => {
    expect(
      await wonums({ status: 'ON_HOLD', text: 'rangiora', changedSince: '2026-01-01T00:00:00Z' }),
    ).toEqual(['WO-101']);
    expect(await wonums({ status: 'ON_HOLD', text: 'kahikatea' })).toEqual([]);
  });
});

describe('its pages', () => {
  it.each([1, 2, 7, 26, 27, 28])('of %i are together the whole list, each work order once', async (limit) => {
    const whole = itemsOf(await list({ limit: '500' }));
    expect(whole).toHaveLength(27);
    const all = await pages(limit);
    expect(all.flat()).toEqual(whole);
    expect(all).toHaveLength(Math.ceil(27 / limit));
  });

  it('are of 50 unless told otherwise', async () => {
    expect(itemsOf(await list())).toHaveLength(27);
    expect((await list()).body).not.toHaveProperty('nextCursor');
  });

  it('hold nothing twice and miss nothing that stays, while work orders change', async () => {
    const before = itemsOf(await list({ limit: '500' })).map(({ wonum }) => wonum);
    const changed = ['WO-105', 'WO-106', 'WO-107'];
    const all = await pages(5, async (page) => {
      const wonum = changed[page - 1];
      if (wonum === undefined) return;
      await tell('UpdateWorkOrderAdditionalInfosNotify', wonum);
      await gateway.settle('spg-projector');
    });
    const seen = all.flat().map(({ wonum }) => wonum);
    expect(new Set(seen).size).toBe(seen.length);
    expect(before.filter((wonum) => !changed.includes(wonum) && !seen.includes(wonum))).toEqual([]);
    // Those that went to the front meanwhile are there.
    expect(itemsOf(await list({ limit: '3' })).map(({ wonum }) => wonum)).toEqual(changed.toReversed());
  });
});

/** A cursor of these parts. */
function key(...parts: unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

describe('a query that can not be answered names the parameter', () => {
  it.each([
    ['limit', '0'],
    ['limit', '501'],
    ['limit', '-1'],
    ['limit', '1.5'],
    ['limit', '0x10'],
    ['limit', ''],
    ['limit', '1e2'],
    ['status', 'OPEN'],
    ['status', ''],
    ['text', ''],
    ['text', 'x'.repeat(201)],
    ['changedSince', 'yesterday'],
    ['changedSince', '2026-02-30T00:00:00Z'],
    ['changedSince', '2026-02-28'],
    ['cursor', ''],
    ['cursor', 'x'],
    ['cursor', 'x'.repeat(501)],
    ['cursor', key()],
    ['cursor', key('2026-02-28T00:00:00.000Z')],
    ['cursor', key('2026-02-28T00:00:00.000Z', 'WO-1', 'more')],
    ['cursor', key('2026-02-28T00:00:00.000Z', 1)],
    ['cursor', key('2026-02-30T00:00:00.000Z', 'WO-1')],
    ['cursor', key('0000-01-01T00:00:00.000Z', 'WO-1')],
    ['cursor', key('x', 'WO-1')],
    ['cursor', key('2026-02-28T00:00:00.000Z', 'WO\u0000')],
    ['cursor', key('2026-02-28T00:00:00.000Z', 'WO\uD83D')],
  ])('%s = %j', async (name, value) => {
    expect(await list({ [name]: value })).toMatchObject({
      status: 400,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
      body: { type: 'urn:problem-type:karere:invalid-input', errors: [{ pointer: `?${name}` }] },
    });
  });

  it('also one that is given twice, and all of them at once', async () => {
    const answer = await read(gateway, '/spg/work-orders?limit=1&limit=2&status=x&text=');
    expect(answer.status).toBe(400);
    const pointers = (answer.body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers.toSorted()).toEqual(['?limit', '?status', '?text']);
  });

  it.each(['sort', 'stauts', 'then', 'a[b]'])(
    'also one that nobody knows, since a filter that is misspelt would find everything: %s',
    async (name) => {
      const { status, body } = await read(gateway, `/spg/work-orders?${name}=x`);
      expect([status, body['errors']]).toEqual([
        400,
        [{ pointer: `?${name}`, detail: 'is not a parameter here', keyword: 'unknown' }],
      ]);
    },
  );

  it('but neither what every object has, nor what is not even text', async () => {
    for (const query of ['__proto__=1', 'constructor=1', 'toString=1', 'text=%E0%A4%A']) {
      expect((await read(gateway, `/spg/work-orders?${query}`)).status).toBe(200);
    }
  });
});

describe('work orders are for those who may read', () => {
  it.each(['/spg/work-orders', '/spg/work-orders/WO-101', '/spg/work-orders/WO-101/timeline'])(
    '%s',
    async (path) => {
      expect(await ask(gateway.url + path)).toMatchObject({ status: 401, body: { status: 401 } });
      expect(await read(gateway, path, { scope: 'events:admin' })).toMatchObject({
        status: 403,
        body: { type: 'urn:problem-type:karere:forbidden', detail: 'This needs the scope "spg:read".' },
      });
      expect((await read(gateway, path, { scope: 'spg:read' })).status).toBe(200);
    },
  );
});
