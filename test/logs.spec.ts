import { request } from 'undici';
import { readConfig } from '../src/config';
import { createLogger } from '../src/logger';
import { eventually } from './support/eventually';
import { type Gateway, SPG_KEY, startGateway } from './support/gateway';
import { type Answer, ask, read, send } from './support/http';
import { notification, put } from './support/notification';
import { refuseRows } from './support/refuse-rows';
import { lockTable, untilOneWaits } from './support/table-lock';

type Line = Record<string, unknown>;

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

function idOf({ headers }: Answer): string {
  return String(headers['x-transaction-id']);
}

/** The line that the access log has written of an answer. */
function accessLineOf(transactionId: string): Promise<Line> {
  return eventually<Line>(
    `the access log tells of ${transactionId}`,
    () => linesOf(transactionId).find(({ msg }) => msg === 'request') ?? {},
    ({ msg }) => msg !== undefined,
    5000,
  );
}

function linesOf(transactionId: string): Line[] {
  return gateway.logs.filter((line) => line['transactionId'] === transactionId);
}

describe('the access log', () => {
  it('has a line for each answer, with its transaction id', async () => {
    const answer = await send(gateway, notification('AddTaskNotify', { eventId: '1' }), {
      'x-transaction-id': 'chosen-by-the-caller',
    });
    expect(answer.status).toBe(200);
    expect(await accessLineOf('chosen-by-the-caller')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      pid: process.pid,
      transactionId: 'chosen-by-the-caller',
      client: expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$/) as string,
      method: 'POST',
      path: '/spg/notification',
      status: 200,
      ms: expect.any(Number) as number,
      msg: 'request',
    });
    const another = await read(gateway, '/spg/work-orders?text=somebody');
    expect(await accessLineOf(idOf(another))).toMatchObject({ method: 'GET', path: '/spg/work-orders' });
  });

  it('names the problem of each refusal', async () => {
    const refusals = [
      await send(gateway, '{'),
      await send(gateway, {}),
      await send(gateway, put(notification('AddTaskNotify'), '/payload/workorder/tasks', 7)),
      await send(gateway, {}, { 'x-api-key': 'wrong' }),
      await send(gateway, {}, { 'content-type': 'text/plain' }),
      await send(gateway, put(notification('AddTaskNotify', { eventId: '1' }), '/message/summary', 'x')),
      await send(gateway, ' '.repeat(1024 * 1024 + 1)),
      await read(gateway, '/spg/gaps', { scope: 'none' }),
      await read(gateway, '/spg/gaps?state=x'),
      await read(gateway, '/spg/work-orders/WO-NONE'),
      await ask(`${gateway.url}/nothing`),
    ];
    const statuses = new Set(refusals.map(({ status }) => status));
    expect(statuses).toEqual(new Set([400, 401, 403, 404, 409, 413, 415, 422]));
    for (const answer of refusals) {
      const slug = String(answer.body['type']).replace('urn:problem-type:karere:', '');
      expect(await accessLineOf(idOf(answer))).toMatchObject({ status: answer.status, problem: slug });
    }
  });

  it('says of a client that has left that it has left', async () => {
    const lock = await lockTable(gateway.databaseUrl, 'spg_notification');
    const leaving = new AbortController();
    const sent = request(`${gateway.url}/spg/notification`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': SPG_KEY, 'x-transaction-id': 'leaving' },
      body: JSON.stringify(notification('AddTaskNotify', { eventId: '2' })),
      signal: leaving.signal,
    });
    await untilOneWaits(gateway.dataSource);
    leaving.abort();
    await expect(sent).rejects.toThrow('abort');
    expect(await accessLineOf('leaving')).toMatchObject({ status: 499 });
    await lock.release();
  });

  it('is silent about probes, scrapes and pages that went well, and not about what only begins alike', async () => {
    const before = gateway.logs.length;
    const quiet = ['/health/live', '/health/ready', '/metrics', '/docs-json', '/docs/', '/asyncapi.json'];
    for (const path of [...quiet, '/healthcare', '/docs-jsonp']) await ask(gateway.url + path);
    await accessLineOf(idOf(await ask(`${gateway.url}/nothing`)));
    const paths = gateway.logs.slice(before).flatMap(({ msg, path }) => (msg === 'request' ? [path] : []));
    expect(paths).toEqual(['/healthcare', '/docs-jsonp', '/nothing']);
  });
});

describe('an error on our side', () => {
  it('has a line of its own, with the transaction id of the answer and of the access log', async () => {
    await refuseRows(gateway, 'domain_event', async () => {
      const answer = await send(gateway, notification('AddTaskNotify', { eventId: '3' }));
      expect(answer.status).toBe(500);
      expect(await accessLineOf(idOf(answer))).toMatchObject({ status: 500, problem: 'internal-error' });
      expect(linesOf(idOf(answer)).filter(({ level }) => level === 'error')).toEqual([
        expect.objectContaining({
          err: {
            type: 'DatabaseError',
            code: '23514',
            message: expect.stringContaining('violates check constraint "refused"') as string,
            stack: expect.any(String) as string,
          },
        }),
      ]);
      expect(answer.bytes.toString()).not.toContain('refused');
    });
  });

  it('in a consumer is logged under the transaction id of the request that had caused the event', async () => {
    const { body } = await send(gateway, notification('AddTaskNotify', { eventId: '4', wonum: 'WO-4' }), {
      'x-transaction-id': 'cause',
    });
    expect(body['status']).toBe('accepted');
    await refuseRows(gateway, 'spg_work_order', () => gateway.settle('spg-projector'));
    expect(linesOf('cause')).toContainEqual(
      expect.objectContaining({ level: 'error', consumer: 'spg-projector', type: 'spg.task.added' }),
    );
  });
});

describe('LOG_LEVEL', () => {
  const ALL = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

  it.each([
    ['silent', 0],
    ['fatal', 1],
    ['error', 2],
    ['warn', 3],
    ['info', 4],
    ['debug', 5],
    ['trace', 6],
  ] as const)('%s lets through what is as grave or graver', (level, count) => {
    const lines: string[] = [];
    const logger = createLogger(readConfig({ LOG_LEVEL: level }), { write: (line) => lines.push(line) });
    for (const each of ALL) logger[each]('something');
    expect(lines.map((line) => (JSON.parse(line) as Line)['level'])).toEqual(ALL.slice(0, count));
  });

  it('warn spares the access log, and no error', async () => {
    const quiet = await startGateway({ env: { LOG_LEVEL: 'warn' } });
    await send(quiet, notification('AddTaskNotify', { eventId: '1' }));
    await send(quiet, {});
    await quiet.dataSource.query('ALTER TABLE spg_notification RENAME TO elsewhere');
    await send(quiet, notification('AddTaskNotify', { eventId: '2' }));
    await quiet.close();
    expect(quiet.logs).toEqual([expect.objectContaining({ level: 'error' })]);
  });
});

it('a secret that gets into a line by its name is struck out', () => {
  const lines: string[] = [];
  const logger = createLogger(readConfig({}), { write: (line) => lines.push(line) });
  const secrets = { authorization: 'hush', 'x-api-key': 'hush', clientSecret: 'hush', token: 'hush' };
  logger.info({ ...secrets, headers: secrets }, 'careless');
  expect(lines.join('')).not.toContain('hush');
  expect(lines.join('')).toContain('careless');
});
