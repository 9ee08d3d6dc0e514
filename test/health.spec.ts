import { HealthInformation } from '../src/health/health-information';
import { Readiness } from '../src/health/readiness';
import { createDatabase, dropDatabase } from './support/database';
import { type Gateway, startGateway } from './support/gateway';
import { ask, read, send } from './support/http';
import { metricOf } from './support/metrics';
import { notification } from './support/notification';
import { TcpProxy } from './support/tcp-proxy';

const READY_METRIC = 'karere_ready';
const READY = { status: 'ready', reasons: [], database: 'up', pendingMigrations: [], information: {} };

const started: Gateway[] = [];

async function start(options: Parameters<typeof startGateway>[0] = {}): Promise<Gateway> {
  const gateway = await startGateway(options);
  started.push(gateway);
  return gateway;
}

afterAll(async () => {
  for (const gateway of started) await gateway.close();
});

function numbered(eventId: number): Record<string, unknown> {
  return notification('AddTaskNotify', { eventId: String(eventId) });
}

describe('a gateway that is well', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await start();
  });

  it('is live', async () => {
    const answer = await ask(`${gateway.url}/health/live`);
    expect([answer.status, answer.body]).toEqual([200, { status: 'live' }]);
  });

  it('is ready before it has consumed anything', async () => {
    const answer = await ask(`${gateway.url}/health/ready`);
    expect([answer.status, answer.body]).toEqual([200, { ...READY, consumers: [] }]);
    expect(answer.headers['connection']).not.toBe('close');
  });

  it('is ready also when its consumers are behind, and tells how far', async () => {
    await gateway.settle();
    await send(gateway, numbered(1));
    await send(gateway, numbered(2));
    await gateway.settle('spg-projector');
    const behind = { lag: 2, attempts: 0, parked: 0 };
    const answer = await ask(`${gateway.url}/health/ready`);
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        ...READY,
        consumers: [
          { name: 'bus', ...behind },
          { name: 'contact-notices', ...behind },
          { name: 'ended-queues', ...behind },
          { name: 'fan-out', ...behind },
          { name: 'spg-gaps', ...behind },
          { name: 'spg-projector', ...behind, lag: 0 },
        ],
      },
    ]);
  });

  it('asks no secret for that', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await ask(gateway.url + path)).status).toBe(200);
    }
  });
});

it('a gateway that is about to stop is live but not ready, and keeps no connection', async () => {
  const gateway = await start();
  gateway.app.get(Readiness).drain();
  const ready = await ask(`${gateway.url}/health/ready`);
  expect([ready.status, ready.body]).toEqual([
    503,
    { ...READY, status: 'not-ready', reasons: ['the process is shutting down'], consumers: [] },
  ]);
  const answers = [
    ready,
    await ask(`${gateway.url}/health/live`),
    await send(gateway, numbered(1)),
    await send(gateway, {}),
  ];
  expect(answers.map(({ status, headers }) => [status, headers['connection']])).toEqual([
    [503, 'close'],
    [200, 'close'],
    [200, 'close'],
    [400, 'close'],
  ]);
});

describe('a gateway whose database lacks migrations', () => {
  it('is not ready, and names them', async () => {
    const gateway = await start();
    await gateway.dataSource.query(`DELETE FROM migration WHERE name LIKE 'SpgGaps%'`);
    const { status, body } = await ask(`${gateway.url}/health/ready`);
    expect([status, body]).toEqual([
      503,
      {
        status: 'not-ready',
        reasons: ['the database lacks migrations'],
        database: 'up',
        pendingMigrations: ['SpgGaps1763700300000'],
        consumers: [],
        information: {},
      },
    ]);
  });

  it('or is empty, is not ready either', async () => {
    const databaseUrl = await createDatabase('empty');
    const gateway = await startGateway({ databaseUrl });
    const { status, body } = await ask(`${gateway.url}/health/ready`);
    const all = gateway.dataSource.migrations.map(({ name }) => name);
    await gateway.close();
    await dropDatabase(databaseUrl);
    expect([status, body]).toMatchObject([503, { database: 'up', pendingMigrations: all }]);
    expect(all.length).toBeGreaterThan(3);
  });
});

describe('a gateway whose database is away', () => {
  let databaseUrl: string;
  let proxy: TcpProxy;
  let gateway: Gateway;

  beforeAll(async () => {
    databaseUrl = await createDatabase();
    proxy = await TcpProxy.to(databaseUrl);
    gateway = await startGateway({ databaseUrl: proxy.url });
    await send(gateway, numbered(1));
    await send(gateway, numbered(3));
    await gateway.settle();
    await ask(`${gateway.url}/metrics`);
    await proxy.cut();
  });
  afterAll(async () => {
    await gateway.close();
    await proxy.cut();
    await dropDatabase(databaseUrl);
  });

  it('is live but not ready', async () => {
    expect(await metricOf(gateway, READY_METRIC)).toBe(0);
    expect((await ask(`${gateway.url}/health/live`)).status).toBe(200);
    const { status, body } = await ask(`${gateway.url}/health/ready`);
    expect([status, body]).toEqual([
      503,
      {
        status: 'not-ready',
        reasons: ['the database does not answer'],
        database: 'down',
        pendingMigrations: [],
        consumers: [],
        information: {},
      },
    ]);
  });

  it('still has metrics: its own, and none of what it can not know', async () => {
    expect(await metricOf(gateway, 'karere_database_up')).toBe(0);
    const accepted = 'karere_spg_notifications_total{type="AddTaskNotify",outcome="accepted"}';
    expect(await metricOf(gateway, accepted)).toBe(2);
    const { status, bytes } = await ask(`${gateway.url}/metrics`);
    expect(status).toBe(200);
    expect(bytes.toString()).not.toMatch(
      /^karere_(event_log_head|consumer_|parked_events|spg_gaps|spg_missing)[^ ]* /m,
    );
  });

  it('is ready when the database is back', async () => {
    await proxy.restore();
    expect((await ask(`${gateway.url}/health/ready`)).status).toBe(200);
    expect(await metricOf(gateway, READY_METRIC)).toBe(1);
    expect(await metricOf(gateway, 'karere_database_up')).toBe(1);
    expect(await metricOf(gateway, 'karere_event_log_head')).toBe(3);
  });
});

it('a gateway whose database is silent still has metrics, within the time that a scrape has', async () => {
  const databaseUrl = await createDatabase();
  const proxy = await TcpProxy.to(databaseUrl);
  const gateway = await startGateway({ databaseUrl: proxy.url, env: { DATABASE_POOL_SIZE: '2' } });
  expect(await metricOf(gateway, 'karere_database_up')).toBe(1);
  proxy.freeze();
  const askedAt = performance.now();
  const { status, bytes } = await ask(`${gateway.url}/metrics`);
  expect(performance.now() - askedAt).toBeLessThan(5000);
  expect([status, bytes.toString()]).toEqual([200, expect.stringMatching(/^karere_database_up 0$/m)]);
  expect(bytes.toString()).toMatch(/^karere_ready 0$/m);
  expect(bytes.toString()).not.toMatch(
    /^karere_(event_log_head|consumer_|parked_events|spg_gaps|spg_missing|itas_lag|itas_dead_letters|notifications_pending)[^ ]* /m,
  );
  await proxy.cut();
  await gateway.close();
  await dropDatabase(databaseUrl);
});

it('a source of information that fails, at once or later, is no reason not to be ready', async () => {
  const gateway = await start();
  const information = gateway.app.get(HealthInformation);
  information.register('at-once', () => {
    throw new Error('as planned');
  });
  information.register('later', () => Promise.reject(new Error('as planned')));
  information.register('well', () => Promise.resolve({ well: true }));
  const { status, body } = await ask(`${gateway.url}/health/ready`);
  expect([status, body['information']]).toEqual([200, { well: { well: true } }]);
});

it('a worker answers probes and nothing else', async () => {
  const gateway = await start({ env: { ROLE: 'worker' } });
  for (const path of ['/health/live', '/health/ready', '/metrics']) {
    expect((await ask(gateway.url + path)).status).toBe(200);
  }
  const answers = [
    await send(gateway, numbered(1)),
    await read(gateway, '/spg/work-orders'),
    await read(gateway, '/domain-events/parked'),
    await read(gateway, '/domain-events'),
    await read(gateway, '/domain-events/stream'),
    await ask(`${gateway.url}/docs-json`),
    await ask(`${gateway.url}/healthy`),
  ];
  for (const answer of answers) {
    expect(answer).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
      body: { type: 'urn:problem-type:karere:not-served-here', status: 404 },
    });
  }
  expect(await metricOf(gateway, 'karere_event_log_head')).toBe(0);
});
