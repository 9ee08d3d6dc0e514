import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, read, send } from './support/http';
import { notification, put } from './support/notification';

let gateway: Gateway;
let lastEventId = 5000;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** A notification with one text or object put at a place; the text may hold JSON's own escapes. */
function odd(pointer: string, json: string, wonum = 'WO-ODD'): string {
  lastEventId += 1;
  const body = notification('AddTaskNotify', { eventId: String(lastEventId), wonum });
  return JSON.stringify(put(body, pointer, '@here@')).replaceAll('"@here@"', json);
}

const TASK = '/payload/workorder/tasks/0/description';

interface Taken {
  readonly answer: Answer;
  readonly original: Buffer;
  readonly repaired: boolean;
  /** The text that stands at `TASK` in the domain event. */
  readonly task: unknown;
  readonly subject: string | undefined;
}

async function taken(body: string | Buffer): Promise<Taken> {
  const before = await headOf(gateway);
  const answer = await send(gateway, body);
  const eventId = String(answer.body['eventId']);
  const [event] = await eventsOf(gateway, before);
  const data = event?.data as { payload: { workorder: { tasks?: { description: unknown }[] } } } | undefined;
  const rows = await gateway.dataSource.query<{ repaired: boolean }[]>(
    'SELECT repaired FROM spg_notification WHERE event_id = $1',
    [eventId],
  );
  return {
    answer,
    original: (await read(gateway, `/spg/notifications/${eventId}`)).bytes,
    repaired: rows[0]?.repaired === true,
    task: data?.payload.workorder.tasks?.[0]?.description,
    subject: event?.subject,
  };
}

/** A list in a list in a list. */
function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

describe('text that PostgreSQL can not hold', () => {
  it.each([
    ['NUL', '"a\\u0000b"', 'a\u{FFFD}b'],
    ['the first half of a pair', '"a\\ud83d"', 'a\u{FFFD}'],
    ['the second half of a pair', '"\\uDE00b"', '\u{FFFD}b'],
    ['the halves of a pair, but the wrong way round', '"\\ude00\\ud83d"', '\u{FFFD}\u{FFFD}'],
  ])('is accepted, kept as it came and flagged: %s', async (_case, json, repaired) => {
    const body = odd(TASK, json);
    const result = await taken(body);
    expect(result.answer).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect(result).toMatchObject({ repaired: true, task: repaired });
    expect(result.original.equals(Buffer.from(body))).toBe(true);
  });

  it.each([
    ['a pair that is whole', '"\\ud83d\\ude00"', '\u{1F600}'],
    ['U+FFFD itself', '"\u{FFFD}"', '\u{FFFD}'],
    ['a backslash before u0000', '"\\\\u0000"', '\\u0000'],
    ['the highest and lowest characters that it can', '"\\u0001\u{10FFFF}"', '\u{1}\u{10FFFF}'],
  ])('is not: %s', async (_case, json, text) => {
    const body = odd(TASK, json);
    expect(await taken(body)).toMatchObject({ repaired: false, task: text });
  });

  it('may stand in the name of a member', async () => {
    const result = await taken(odd('/payload/workorder/more', '{"a\\u0000":1}'));
    expect(result).toMatchObject({ answer: { status: 200 }, repaired: true });
  });

  it('may stand in the number of the work order, which is found by either', async () => {
    const body = odd(TASK, '"x"', 'WO@NUL@').replaceAll('@NUL@', '\\u0000');
    expect(await taken(body)).toMatchObject({ repaired: true, subject: 'WO\u{FFFD}' });
    await gateway.settle();
    for (const wonum of ['WO%00', 'WO%EF%BF%BD']) {
      expect(await read(gateway, `/spg/work-orders/${wonum}`)).toMatchObject({
        status: 200,
        body: { wonum: 'WO\u{FFFD}' },
      });
    }
  });

  it('may be bytes that are no UTF-8', async () => {
    const [head, tail] = odd(TASK, '"caf@"').split('@') as [string, string];
    const body = Buffer.concat([Buffer.from(head), Buffer.from([0xe9]), Buffer.from(tail)]);
    const result = await taken(body);
    expect(result).toMatchObject({ answer: { status: 200 }, repaired: true, task: 'caf\u{FFFD}' });
    expect(result.original.equals(body)).toBe(true);
  });

  it('does not come back when the work order is folded anew from the originals', async () => {
    const late = odd('/extra', '1', 'WO-NUL');
    await send(gateway, odd(TASK, '"a\\u0000b"', 'WO-NUL'));
    await gateway.settle();
    await send(gateway, late);
    await gateway.settle();
    expect((await read(gateway, '/spg/work-orders/WO-NUL')).status).toBe(200);
    expect((await read(gateway, '/domain-events/parked')).body['items']).toEqual([]);
  });
});

describe('a byte order mark', () => {
  it('is kept with the original and does no harm, also when the work order is folded anew', async () => {
    const late = odd('/extra', '1', 'WO-BOM');
    const body = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(odd(TASK, '"x"', 'WO-BOM'))]);
    const result = await taken(body);
    expect(result).toMatchObject({ answer: { status: 200 }, repaired: false, task: 'x' });
    expect(result.original.equals(body)).toBe(true);

    await gateway.settle();
    await send(gateway, late);
    await gateway.settle();

    expect((await read(gateway, '/domain-events/parked')).body['items']).toEqual([]);
    const timeline = await read(gateway, '/spg/work-orders/WO-BOM/timeline');
    expect(timeline.body['items']).toHaveLength(2);
  });
});

describe('names that mean something to JavaScript', () => {
  it.each([
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'toJSON',
    'then',
    'hasOwnProperty',
    'length',
  ])('%s is a member like any other, everywhere', async (name) => {
    const member = `{"${name}": {"polluted": true}, "and": "more"}`;
    for (const pointer of ['/message/more', '/payload/more', '/payload/workorder/tasks/0/more']) {
      const body = odd(pointer, member).replace('{"eventId"', `{"${name}": {"polluted": 1},"eventId"`);
      const before = await headOf(gateway);
      expect(await send(gateway, body)).toMatchObject({ status: 200, body: { status: 'accepted' } });
      const [event] = await eventsOf(gateway, before);
      expect(JSON.stringify(event?.data)).toContain(`"${name}":{"polluted":true}`);
    }
    expect('polluted' in {}).toBe(false);
  });

  it.each([
    [
      80,
      '"__proto__":{"closure":{"outcome":"Complete"}}',
      ['UpdateTaskAdditionalInfosNotify', 'AddTaskNotify'],
    ],
    [83, '"closure":{"outcome":"Complete"}', ['UpdateTaskAdditionalInfosNotify', 'AddTaskNotify']],
    [86, '"closure":{"outcome":"Complete"}', ['AddTaskNotify', 'UpdateTaskAdditionalInfosNotify']],
  ] as const)('are not how a task was closed, from %d: %s', async (first, closed, story) => {
    const wonum = `WO-HEIR-${first}`;
    for (const [index, type] of [...story, 'CloseTaskNotify' as const].entries()) {
      const body = notification(type, { eventId: String(first + index), wonum });
      put(body, '/payload/workorder/tasks/0/taskid', '30');
      await send(gateway, JSON.stringify(body).replaceAll('"taskid":"30",', `${closed},"taskid":"30",`));
    }
    await gateway.settle();
    const { body } = await read(gateway, `/spg/work-orders/${wonum}`);
    expect(body['tasks']).toMatchObject([
      { taskid: '30', closure: { outcome: 'Incomplete', eventId: String(first + 2) } },
    ]);
  });

  it('are not how a task was closed that is described only later', async () => {
    for (const [index, type] of (['CloseTaskNotify', 'AddTaskNotify'] as const).entries()) {
      const body = notification(type, { eventId: String(90 + index), wonum: 'WO-HEIR-90' });
      put(body, '/payload/workorder/tasks/0/taskid', '30');
      if (type === 'AddTaskNotify') put(body, '/payload/workorder/tasks/0/closure', { outcome: 'Complete' });
      await send(gateway, body);
    }
    await gateway.settle();
    const { body } = await read(gateway, '/spg/work-orders/WO-HEIR-90');
    expect(body['tasks']).toMatchObject([{ closure: { outcome: 'Incomplete', eventId: '90' } }]);
  });

  it('leave a work order that can be read and rebuilt', async () => {
    await gateway.settle();
    expect((await read(gateway, '/spg/work-orders/WO-ODD')).status).toBe(200);
    expect((await read(gateway, '/domain-events/parked')).body['items']).toEqual([]);
  });
});

describe('a work order with an odd number', () => {
  it.each([
    'WO"1"',
    "WO'; DROP TABLE spg_notification; --",
    'WO\\1',
    '{WO,1}',
    'NULL',
    ' WO 1 ',
    '../spg',
    'k\u{16B}mara \u{1F360}',
    '%',
    'x'.repeat(50),
  ])('%s is stored and found', async (wonum) => {
    await send(gateway, odd('/extra', '1', wonum));
    await gateway.settle('spg-projector');
    const found = await read(gateway, `/spg/work-orders/${encodeURIComponent(wonum)}`);
    expect(found).toMatchObject({ status: 200, body: { wonum } });
  });
});

describe('much of it', () => {
  it('10,000 levels are refused at the place where it gets too deep', async () => {
    const answer = await send(gateway, odd('/payload/more', nested(10_000)));
    expect(answer).toMatchObject({ status: 422, body: { code: 'spg-bad-content' } });
    expect(answer.body['errors']).toEqual([
      {
        pointer: `/payload/more${'/0'.repeat(98)}`,
        detail: 'must not lie deeper than 100 levels',
        keyword: 'depth',
      },
    ]);
  });

  it('100 levels are not too deep, 101 are', async () => {
    expect((await send(gateway, odd('/more', nested(99)))).status).toBe(200);
    expect((await send(gateway, odd('/more', nested(100)))).status).toBe(422);
  });

  it('a body that is nothing but levels is refused', async () => {
    expect((await send(gateway, nested(400_000))).status).toBe(400);
    expect((await send(gateway, '{"a":'.repeat(100_000))).status).toBe(400);
  });

  it('a list of 1000 tasks is accepted, of 1001 not', async () => {
    const tasks = Array.from({ length: 1001 }, (_, n) => ({ taskid: String(n) }));
    const some = JSON.stringify(tasks.slice(1));
    expect((await send(gateway, odd('/payload/workorder/tasks', some))).status).toBe(200);
    const tooMany = JSON.stringify(tasks);
    expect((await send(gateway, odd('/payload/workorder/tasks', tooMany))).body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/payload/workorder/tasks' }],
    });
  });

  it('a thousand faults are not all echoed', async () => {
    const tasks = JSON.stringify(Array.from({ length: 1000 }, () => ({ taskid: 1 })));
    const answer = await send(gateway, odd('/payload/workorder/tasks', tasks));
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toHaveLength(50);
  });

  it('a work order of more words than are searched is there all the same', async () => {
    const contacts = Array.from({ length: 900 }, () => ({ role: 'OTHER', name: '\u{1F600}'.repeat(150) }));
    // At one of the two the limit falls into the middle of a character.
    for (const description of ['x', 'xx']) {
      const body = notification('CreateWorkOrderNotify', {
        eventId: `60${description.length}`,
        wonum: description,
      });
      put(body, '/payload/workorder/description', description);
      await send(gateway, put(body, '/payload/workorder/contacts', contacts));
    }
    await gateway.settle();
    expect((await read(gateway, '/domain-events/parked')).body['items']).toEqual([]);
    expect((await read(gateway, '/spg/work-orders/xx')).body['contacts']).toHaveLength(900);
  });

  it('a list of 400,000 numbers that nobody asked for is stored', async () => {
    const body = odd('/more', `[${'1,'.repeat(399_999)}1]`);
    const answer = await send(gateway, body);
    expect(answer.body['status']).toBe('accepted');
    const original = await read(gateway, `/spg/notifications/${String(answer.body['eventId'])}`);
    expect(original.bytes.length).toBe(body.length);
  });

  it('numbers that JavaScript can not hold are kept in the original', async () => {
    const body = odd('/payload/more', '[12345678901234567890, 1e400, -0, 1.10]');
    expect((await taken(body)).original.toString()).toBe(body);
  });

  it('of two members of the same name the last one counts', async () => {
    const body = odd(TASK, '"first","description":"last"');
    expect(await taken(body)).toMatchObject({ answer: { status: 200 }, task: 'last' });
  });
});
