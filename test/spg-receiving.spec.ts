import { randomUUID } from 'node:crypto';
import { exampleOf, LIFE_OF_A_WORK_ORDER } from '../src/spg/dto/examples';
import { NOTIFICATION_TYPES } from '../src/spg/notification-types';
import { eventually } from './support/eventually';
import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { ask, read, send } from './support/http';
import { notification, put } from './support/notification';
import { rowCounts } from './support/rows';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ env: { SPG_API_KEYS: 'old-key, new-key', OWNER_PARTY_ID: 'us' } });
});
afterAll(() => gateway.close());

function sendWithKey(body: object | string, headers: Record<string, string> = {}) {
  return send(gateway, body, { 'x-api-key': 'new-key', ...headers });
}

/** Sends it and gives back the domain events that it became. */
async function eventsBy(body: object | string, headers?: Record<string, string>) {
  const before = await headOf(gateway);
  expect((await sendWithKey(body, headers)).status).toBe(200);
  return eventsOf(gateway, before);
}

describe('a notification of the Service Partner Gateway', () => {
  it.each(LIFE_OF_A_WORK_ORDER)('%s is stored as it came and becomes one domain event', async (type) => {
    const sent = exampleOf(type);
    const transactionId = `tx-of-${type}`;
    const before = await headOf(gateway);

    const answer = await sendWithKey(sent, { 'x-transaction-id': transactionId });

    expect(answer).toMatchObject({
      status: 200,
      body: { eventId: sent.eventId, status: 'accepted' },
      headers: { 'x-transaction-id': transactionId },
    });
    const original = await read(gateway, `/spg/notifications/${sent.eventId}`);
    expect(original.bytes.toString()).toBe(JSON.stringify(sent));
    expect(original.headers).toMatchObject({
      'x-received-transaction-id': transactionId,
      'content-type': 'application/json; charset=utf-8',
    });
    const { eventId, eventTimestamp, message, payload } = sent;
    expect(await eventsOf(gateway, before)).toEqual([
      {
        position: before + 1,
        id: expect.stringMatching(UUID) as string,
        type: NOTIFICATION_TYPES[type].event,
        source: '/spg',
        subject: 'WO-1048576',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/) as string,
        partyIds: ['us'],
        correlationId: transactionId,
        data: { eventId, eventTimestamp, notificationType: type, wonum: 'WO-1048576', message, payload },
      },
    ]);
  });

  it('is stored in its row with all that it says of itself', async () => {
    const at = new Date('2026-08-09T10:11:12.345Z');
    const sent = exampleOf('AddTaskNotify', { eventId: '700', wonum: 'WO-700', at });
    await sendWithKey(sent, { 'x-transaction-id': 'tx-700' });
    const rows = await gateway.dataSource.query<unknown[]>(
      'SELECT *, now() - received_at AS age FROM spg_notification WHERE event_id = 700',
    );
    expect(rows).toEqual([
      {
        event_id: '700',
        event_timestamp: at,
        notification_type: 'AddTaskNotify',
        wonum: 'WO-700',
        transaction_id: 'tx-700',
        body: Buffer.from(JSON.stringify(sent)),
        repaired: false,
        received_at: expect.any(Date) as Date,
        age: expect.anything() as unknown,
      },
    ]);
  });

  it('keeps its microseconds, its blanks and members that nobody has told us of', async () => {
    const odd = notification('ResumeWorkOrderNotify', { eventId: '701' });
    put(odd, '/eventTimestamp', '2026-08-09T10:11:12.123456Z');
    put(odd, '/sender', { region: 'Waikato' });
    put(odd, '/payload/workorder/crew', ['Kea', null, 1.5]);
    const text = `\n\t ${JSON.stringify(odd, null, 3)} \r\n`;

    const [event] = await eventsBy(text);

    expect((await read(gateway, '/spg/notifications/701')).bytes.toString()).toBe(text);
    expect(event?.data).toMatchObject({
      eventTimestamp: '2026-08-09T10:11:12.123456Z',
      payload: { workorder: { crew: ['Kea', null, 1.5] } },
    });
  });

  it.each([
    ['00702', '702'],
    ['0000000000000000703', '703'],
    ['0', '0'],
    ['9223372036854775807', '9223372036854775807'],
  ])('with eventId %s is number %s', async (eventId, number) => {
    const answer = await sendWithKey(exampleOf('AddTaskNotify', { eventId }));
    expect(answer.body).toEqual({ eventId: number, status: 'accepted' });
    const stored = await read(gateway, `/spg/notifications/${eventId}`);
    expect(stored.body['eventId']).toBe(eventId);
  });

  it('is taken with either of two keys while one is rotated', async () => {
    for (const [eventId, key] of [
      ['710', 'old-key'],
      ['711', 'new-key'],
    ] as const) {
      const answer = await sendWithKey(exampleOf('AddTaskNotify', { eventId }), { 'x-api-key': key });
      expect(answer.status).toBe(200);
    }
  });

  it.each([
    ['application/json', '720'],
    ['application/json; charset=utf-8', '721'],
    ['Application/JSON ;charset="UTF8"', '722'],
    ['application/vnd.tff.notification+json', '723'],
  ])('may come as %s', async (contentType, eventId) => {
    const answer = await sendWithKey(exampleOf('AddTaskNotify', { eventId }), {
      'content-type': contentType,
    });
    expect(answer).toMatchObject({ status: 200, body: { status: 'accepted' } });
  });

  it('may be of 1 MiB', async () => {
    const padded = notification('AddTaskNotify', { eventId: '730' });
    const bare = JSON.stringify(put(padded, '/padding', ''));
    const text = JSON.stringify(put(padded, '/padding', 'x'.repeat(1024 * 1024 - bare.length)));
    expect(Buffer.byteLength(text)).toBe(1024 * 1024);
    expect((await sendWithKey(text)).status).toBe(200);
    expect((await read(gateway, '/spg/notifications/730')).bytes.equals(Buffer.from(text))).toBe(true);
  });
});

describe('the transaction id', () => {
  it.each([
    ['740', 'the caller sends none', undefined],
    ['741', 'the one sent holds a blank', 'two words'],
    ['742', 'the one sent is no ASCII', 'k\u{16B}mara'],
    ['743', 'the one sent is longer than 128 characters', 'x'.repeat(129)],
  ])('of %s is made, for %s', async (eventId, _reason, presented) => {
    const headers = presented === undefined ? {} : { 'x-transaction-id': encodeLatin1(presented) };
    const [event] = await eventsBy(exampleOf('AddTaskNotify', { eventId }), headers);
    expect(event?.correlationId).toMatch(UUID);
    const stored = await read(gateway, `/spg/notifications/${eventId}`);
    expect(stored.headers['x-received-transaction-id']).toBe(event?.correlationId);
  });

  it('may have 128 characters', async () => {
    const transactionId = '~'.repeat(128);
    const [event] = await eventsBy(exampleOf('AddTaskNotify', { eventId: '900' }), {
      'x-transaction-id': transactionId,
    });
    expect(event?.correlationId).toBe(transactionId);
  });

  it('is no idempotency key', async () => {
    const headers = { 'x-transaction-id': 'the-same' };
    for (const eventId of ['901', '902']) {
      const answer = await sendWithKey(exampleOf('AddTaskNotify', { eventId }), headers);
      expect(answer.body['status']).toBe('accepted');
    }
  });

  it('stands in the log line of the request, of a refused one as well', async () => {
    const headers = { 'x-transaction-id': `seen-${randomUUID()}` };
    await sendWithKey(exampleOf('AddTaskNotify', { eventId: '903' }), headers);
    await sendWithKey('{', headers);
    const lines = await eventually(
      'both lines are written',
      () => gateway.logs.filter((line) => line['transactionId'] === headers['x-transaction-id']),
      ({ length }) => length === 2,
    );
    expect(lines).toMatchObject([
      { msg: 'request', method: 'POST', path: '/spg/notification', status: 200 },
      { msg: 'request', method: 'POST', path: '/spg/notification', status: 400 },
    ]);
  });

  it('is on every answer, also where nothing is', async () => {
    const headers = { 'x-transaction-id': 'nowhere' };
    for (const path of ['/health/live', '/nothing-here', '/spg/work-orders', '/docs-json', '/metrics']) {
      expect((await ask(gateway.url + path, { headers })).headers['x-transaction-id']).toBe('nowhere');
    }
  });
});

describe('the stored original', () => {
  it('is not there before it has come', async () => {
    expect(await read(gateway, '/spg/notifications/123456')).toMatchObject({
      status: 404,
      body: { type: 'urn:problem-type:karere:spg-unknown-notification', status: 404 },
    });
  });

  it.each(['x', '-1', '1.5', '9223372036854775808', '12345678901234567890'])(
    'can not have the number %s',
    async (eventId) => {
      expect((await read(gateway, `/spg/notifications/${eventId}`)).status).toBe(400);
    },
  );

  it('is for those who may read', async () => {
    const path = '/spg/notifications/90210';
    expect((await ask(gateway.url + path)).status).toBe(401);
    expect((await read(gateway, path, { scope: 'events:admin' })).status).toBe(403);
    expect((await read(gateway, path, { scope: 'spg:read' })).status).toBe(200);
  });

  it('is one for each domain event', async () => {
    const { spg_notification: notifications, domain_event: events } = await rowCounts(gateway.dataSource);
    expect(notifications).toBe(events);
    expect(await headOf(gateway)).toBe(events);
  });
});

/** Header values travel as bytes. */
function encodeLatin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
