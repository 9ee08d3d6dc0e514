import { connected } from './support/connected';
import { createDatabase, dropDatabase } from './support/database';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, ask, read, send } from './support/http';
import { notification } from './support/notification';
import { rowCounts } from './support/rows';
import { lockTable } from './support/table-lock';
import { TcpProxy } from './support/tcp-proxy';

let databaseUrl: string;
let proxy: TcpProxy;
let gateway: Gateway;

beforeAll(async () => {
  databaseUrl = await createDatabase();
  proxy = await TcpProxy.to(databaseUrl);
  gateway = await startGateway({ databaseUrl: proxy.url });
});
afterAll(async () => {
  await gateway.close();
  await proxy.cut();
  await dropDatabase(databaseUrl);
});

function numbered(eventId: number): object {
  return notification('AddTaskNotify', { eventId: String(eventId) });
}

function expectedRefusal(retryAfter: string): object {
  return {
    status: 503,
    headers: { 'retry-after': retryAfter, 'content-type': 'application/problem+json; charset=utf-8' },
    body: { type: 'urn:problem-type:karere:unavailable', title: 'Temporarily not available', status: 503 },
  };
}

/** A notification that is being written and can not be finished, and what ends the query that writes it. */
async function stuck(eventId: number, end: 'pg_cancel_backend' | 'pg_terminate_backend'): Promise<Answer> {
  const lock = await lockTable(databaseUrl, 'spg_notification');
  const operator = await connected(databaseUrl);
  const answer = send(gateway, numbered(eventId));
  await eventually(
    'its query is ended',
    () =>
      operator.query(`SELECT ${end}(pid) FROM pg_stat_activity
                      WHERE datname = current_database() AND wait_event_type = 'Lock'`),
    ({ rowCount }) => rowCount === 1,
  );
  await operator.end();
  await lock.release();
  return answer;
}

describe('while the database can not be reached', () => {
  beforeAll(() => proxy.cut());
  afterAll(() => proxy.restore());

  it('a notification is answered with 503, and nothing says more than it should', async () => {
    const answer = await send(gateway, numbered(1), { 'x-transaction-id': 'while-away' });
    expect(answer).toMatchObject(expectedRefusal('2'));
    expect(answer.body).toMatchObject({ code: 'unavailable', details: [] });
    expect(answer.bytes.toString()).not.toMatch(/ECONN|127\.0\.0\.1|postgres/i);
    const warning = await eventually(
      'the cause is logged',
      () =>
        gateway.logs.find(({ transactionId, level }) => transactionId === 'while-away' && level === 'warn'),
      (line) => line !== undefined,
    );
    expect(warning).toMatchObject({
      msg: 'Temporarily not available',
      err: { message: expect.stringContaining('ECONNREFUSED') as string },
    });
  });

  it.each([
    '/spg/work-orders',
    '/spg/work-orders/WO-1',
    '/spg/gaps',
    '/spg/notifications/1',
    '/domain-events',
    '/domain-events/parked',
    '/tuatahi/subscriptions',
    '/tuatahi/notifications',
    '/tuatahi/ledger',
    '/itas-events/messages',
    '/itas-events/dead-letters',
    '/followup-booking/bookings',
    '/followup-booking/calendars/NORTH',
  ])('GET %s is answered with 503', async (path) => {
    const scope = 'spg:read events:read events:admin itas:read bookings:read';
    expect(await read(gateway, path, { scope })).toMatchObject(expectedRefusal('2'));
  });

  it('what is not valid is still told so, and who may not is still kept out', async () => {
    expect((await send(gateway, {})).status).toBe(400);
    expect((await send(gateway, numbered(1), { 'x-api-key': 'wrong' })).status).toBe(401);
    expect((await ask(`${gateway.url}/spg/gaps`)).status).toBe(401);
  });
});

describe('when the database is back', () => {
  it('notifications are accepted at once, also after it went a second time', async () => {
    expect(await send(gateway, numbered(2))).toMatchObject({ status: 200, body: { status: 'accepted' } });
    await proxy.cut();
    expect((await send(gateway, numbered(3))).status).toBe(503);
    await proxy.restore();
    expect(await send(gateway, numbered(3))).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect(await rowCounts(gateway.dataSource)).toMatchObject({ spg_notification: 2, domain_event: 2 });
  });

  it('a server that ended every connection costs at most the requests that were under way', async () => {
    await send(gateway, numbered(4));
    const operator = await connected(databaseUrl);
    await operator.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                          WHERE datname = current_database() AND pid <> pg_backend_pid()`);
    await operator.end();
    const answer = await eventually(
      'it is accepted',
      () => send(gateway, numbered(5)),
      ({ status }) => status === 200,
    );
    expect(answer.body).toEqual({ eventId: '5', status: 'accepted' });
  });
});

it('a query has a minute', async () => {
  const [time] = await gateway.dataSource.query<object[]>(
    `SELECT current_setting('statement_timeout') AS given`,
  );
  expect(time).toEqual({ given: '1min' });
});

describe('a notification that is being written', () => {
  it.each([
    ['the server ends the connection', 10, 'pg_terminate_backend'],
    ['the query is cancelled, as it is when its time is over', 11, 'pg_cancel_backend'],
  ] as const)(
    'is answered with 503 when %s, and accepted when it comes again',
    async (_case, eventId, end) => {
      const before = await rowCounts(gateway.dataSource);
      expect(await stuck(eventId, end)).toMatchObject(expectedRefusal('2'));
      expect(await rowCounts(gateway.dataSource)).toEqual(before);
      expect(await send(gateway, numbered(eventId))).toMatchObject({ body: { status: 'accepted' } });
    },
  );
});
