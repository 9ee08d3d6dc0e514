import { Readiness } from '../src/health/readiness';
import { type Gateway, startGateway } from './support/gateway';
import { ask, send } from './support/http';
import { notification } from './support/notification';
import { rowCounts } from './support/rows';
import { lockTable, untilOneWaits } from './support/table-lock';

/** What `docker/nginx.conf` adds where it may ask another replica. */
const ELSEWHERE = { 'x-retry-elsewhere': 'yes' };

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

function numbered(eventId: number): Record<string, unknown> {
  return notification('AddTaskNotify', { eventId: String(eventId) });
}

describe('while it runs', () => {
  it('keeps idle connections longer than balancers do, which so are the ones that close them', async () => {
    const { headers } = await ask(`${gateway.url}/health/live`);
    expect([headers['connection'], headers['keep-alive']]).toEqual(['keep-alive', 'timeout=75']);
  });

  it('answers a balancer that could ask another replica like anybody else', async () => {
    const answer = await send(gateway, numbered(1), ELSEWHERE);
    expect([answer.status, answer.headers['connection']]).toEqual([200, 'keep-alive']);
  });
});

describe('when it is told to stop', () => {
  it('asks for a new connection also in answers to what came before that', async () => {
    const lock = await lockTable(gateway.databaseUrl, 'spg_notification');
    const sent = send(gateway, numbered(2));
    await untilOneWaits(gateway.dataSource);
    gateway.app.get(Readiness).drain();
    await lock.release();
    const answer = await sent;
    expect([answer.status, answer.headers['connection']]).toEqual([200, 'close']);
  });

  it('sends a balancer to another replica, and has done nothing', async () => {
    const before = await rowCounts(gateway.dataSource);
    const answer = await send(gateway, numbered(3), ELSEWHERE);
    expect(answer).toMatchObject({
      status: 503,
      headers: { connection: 'close', 'retry-after': '1' },
      body: { type: 'urn:problem-type:karere:unavailable', code: expect.any(String) as string },
    });
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });

  it('still serves everybody who has no other replica to ask', async () => {
    const answer = await send(gateway, numbered(3));
    expect([answer.status, answer.headers['connection']]).toEqual([200, 'close']);
  });
});
