import { createHash } from 'node:crypto';
import { eventsOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, read, send } from './support/http';
import { notification, put } from './support/notification';
import { rowCounts } from './support/rows';

let gateway: Gateway;
/** A new one for each test. */
let eventId = '4000';
let text: string;
let before: Record<string, number>;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

beforeEach(async () => {
  eventId = String(Number(eventId) + 1);
  text = JSON.stringify(first());
  before = await rowCounts(gateway.dataSource);
});

function first(): Record<string, unknown> {
  return notification('CreateWorkOrderNotify', { eventId });
}

function other(): object {
  return put(first(), '/message/summary', 'changed');
}

/** What was sent under an eventId that is taken, and what became of it. */
function outcomeOf({ status, body }: Answer): unknown {
  return [status, body['status']];
}

function kept(): Promise<{ body: Buffer; body_hash: Buffer; transaction_id: string }[]> {
  return gateway.dataSource.query(
    `SELECT body, body_hash, transaction_id FROM spg_conflicting_notification
     WHERE event_id = $1 ORDER BY received_at`,
    [eventId],
  );
}

describe('a notification that comes again', () => {
  const otherwise: [string, (json: string) => string | Buffer][] = [
    ['the same bytes', (json) => json],
    ['other blanks', (json) => JSON.stringify(JSON.parse(json), null, 2)],
    ['other escapes', (json) => json.replaceAll('/', '\\/').replaceAll('A', '\\u0041')],
    ['its members in another order', (json) => JSON.stringify(reversed(JSON.parse(json)))],
    ['a byte order mark', (json) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(json)])],
  ];

  it.each(otherwise)('with %s is a duplicate', async (_case, written) => {
    await send(gateway, text, { 'x-transaction-id': 'first' });
    before = await rowCounts(gateway.dataSource);

    const answer = await send(gateway, written(text), { 'x-transaction-id': 'second' });

    expect(answer).toMatchObject({ status: 200, body: { eventId, status: 'duplicate' } });
    expect(answer.headers['x-transaction-id']).toBe('second');
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
    const stored = await read(gateway, `/spg/notifications/${eventId}`);
    expect(stored.bytes.toString()).toBe(text);
    expect(stored.headers['x-received-transaction-id']).toBe('first');
  });

  it.each(otherwise)('is a duplicate when it was stored with %s', async (_case, written) => {
    expect(outcomeOf(await send(gateway, written(text)))).toEqual([200, 'accepted']);
    expect(outcomeOf(await send(gateway, text))).toEqual([200, 'duplicate']);
  });

  it('is a duplicate as often as it comes, also after others', async () => {
    await send(gateway, text);
    await send(gateway, notification('AddTaskNotify'));
    for (let time = 0; time < 3; time += 1) {
      expect(outcomeOf(await send(gateway, text))).toEqual([200, 'duplicate']);
    }
    expect(await rowsMore()).toEqual({ notifications: 2, events: 2, conflicts: 0 });
  });
});

describe('another notification under the same eventId', () => {
  it('is refused and kept, and the first one stands', async () => {
    await send(gateway, text);
    const answer = await send(gateway, other(), { 'x-transaction-id': 'the-other' });

    expect(answer).toMatchObject({
      status: 409,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
      body: {
        type: 'urn:problem-type:karere:spg-event-id-taken',
        status: 409,
        code: 'spg-event-id-taken',
        message: 'This eventId was received with another body',
        cause: expect.stringContaining(eventId) as string,
        details: [],
      },
    });
    expect((await read(gateway, `/spg/notifications/${eventId}`)).bytes.toString()).toBe(text);
    expect(await kept()).toEqual([
      {
        body: Buffer.from(JSON.stringify(other())),
        body_hash: createHash('sha256').update(JSON.stringify(other())).digest(),
        transaction_id: 'the-other',
      },
    ]);
    expect(await eventsOf(gateway, before['domain_event'])).toMatchObject([
      { type: 'spg.work-order.created' },
    ]);
  });

  it('is kept once, however often it comes, and each other one beside it', async () => {
    await send(gateway, text);
    const another = notification('CancelWorkOrderNotify', { eventId });
    for (const body of [other(), other(), another, other(), another]) {
      expect((await send(gateway, body)).status).toBe(409);
    }
    expect((await kept()).map(({ body }) => body.toString())).toEqual(
      [other(), another].map((body) => JSON.stringify(body)),
    );
    expect(outcomeOf(await send(gateway, text))).toEqual([200, 'duplicate']);
    expect(await rowsMore()).toEqual({ notifications: 1, events: 1, conflicts: 2 });
  });

  it.each<[string, string, unknown]>([
    ['one text', '/message/summary', 'changed'],
    ['one more member', '/extra', null],
    ['one member less', '/message/summary', undefined],
    ['another order of a list', '/payload/workorder/tasks', tasksOf(first()).toReversed()],
    ['its number written otherwise', '/eventId', '@'],
  ])('is another by %s', async (_case, pointer, value) => {
    await send(gateway, text);
    const changed = JSON.stringify(put(first(), pointer, value)).replace('"@"', `"0${eventId}"`);
    expect((await send(gateway, changed)).status).toBe(409);
    expect(await rowsMore()).toEqual({ notifications: 1, events: 1, conflicts: 1 });
  });

  it('may be refused for what it is before anything is looked up', async () => {
    await send(gateway, text);
    const bad = put(first(), '/payload/workorder/tasks', []);
    expect((await send(gateway, bad)).status).toBe(422);
    expect(await kept()).toEqual([]);
  });
});

function tasksOf(body: Record<string, unknown>): unknown[] {
  const { workorder } = body['payload'] as { workorder: { tasks: unknown[] } };
  return workorder.tasks;
}

/** How many rows there are more than before the test. */
async function rowsMore(): Promise<Record<string, number>> {
  const now = await rowCounts(gateway.dataSource);
  const more = (table: string): number => (now[table] ?? 0) - (before[table] ?? 0);
  return {
    notifications: more('spg_notification'),
    events: more('domain_event'),
    conflicts: more('spg_conflicting_notification'),
  };
}

/** The same object with its members the other way round, at all levels. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
