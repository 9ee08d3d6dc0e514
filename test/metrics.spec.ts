import { ConsumerRegistry } from '../src/events/consumer-registry';
import { Consumers } from '../src/events/consumers';
import type { DomainEvent } from '../src/events/domain-event';
import { On } from '../src/events/on.decorator';
import { Metrics } from '../src/metrics/metrics';
import { GapConfirmation } from '../src/spg/gap-confirmation.service';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { ask, read, send } from './support/http';
import { metricOf } from './support/metrics';
import { notification, put } from './support/notification';
import { lockTable, untilOneWaits } from './support/table-lock';

/** A module that can not do what is asked of it. */
class Overwhelmed {
  @On('spg.work-order.cancelled')
  giveUp({ subject }: DomainEvent<'spg.work-order.cancelled'>): void {
    throw new Error(`${subject} is too much`);
  }
}

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

/** Several metrics by their names. */
async function metricsOf(gateway: Gateway, ...names: string[]): Promise<Record<string, number | undefined>> {
  const values: Record<string, number | undefined> = {};
  for (const name of names) values[name] = await metricOf(gateway, name);
  return values;
}

function totalOf(type: string, outcome: string): string {
  return `karere_spg_notifications_total{type="${type}",outcome="${outcome}"}`;
}

function requestsOf(method: string, route: string, status: number): string {
  return `karere_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`;
}

function lagOf(consumer: string): string {
  return `karere_consumer_lag_events{consumer="${consumer}"}`;
}

describe('GET /metrics', () => {
  it('is text as Prometheus reads it, with the process own metrics', async () => {
    const { status, headers, bytes } = await ask(`${(await start()).url}/metrics`);
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(bytes.toString()).toMatch(/^# HELP process_cpu_user_seconds_total /m);
  });

  it('counts notifications by their outcome, and requests by route and status', async () => {
    const gateway = await start();
    await send(gateway, numbered(1));
    await send(gateway, numbered(2));
    await send(gateway, numbered(2));
    await send(gateway, put(numbered(2), '/message/summary', 'other'));
    await send(gateway, notification('CloseTaskNotify', { eventId: '3' }));
    await send(gateway, {});
    await read(gateway, '/spg/notifications/1');
    await read(gateway, '/spg/notifications/2');
    const expected = {
      [totalOf('AddTaskNotify', 'accepted')]: 2,
      [totalOf('AddTaskNotify', 'duplicate')]: 1,
      [totalOf('AddTaskNotify', 'conflict')]: 1,
      [totalOf('CloseTaskNotify', 'accepted')]: 1,
      [requestsOf('POST', '/spg/notification', 200)]: 4,
      [requestsOf('POST', '/spg/notification', 409)]: 1,
      [requestsOf('POST', '/spg/notification', 400)]: 1,
      [requestsOf('GET', '/spg/notifications/:eventId', 200)]: 2,
      karere_spg_batch_rows_count: 5,
      karere_spg_batch_rows_sum: 5,
    };
    expect(await metricsOf(gateway, ...Object.keys(expected))).toEqual(expected);
  });

  it('shows who waits for a commit, and how many went with one', async () => {
    const gateway = await start();
    const lock = await lockTable(gateway.databaseUrl, 'spg_notification');
    const queued = 'karere_spg_queued_notifications';
    expect(await metricOf(gateway, queued)).toBe(0);
    const first = send(gateway, numbered(1));
    await untilOneWaits(gateway.dataSource);
    const others = [2, 3, 4, 5].map((eventId) => send(gateway, numbered(eventId)));
    await eventually(
      'the others wait',
      () => metricOf(gateway, queued),
      (waiting) => waiting === 4,
    );
    await lock.release();
    await Promise.all([first, ...others]);
    const expected = {
      [queued]: 0,
      karere_spg_batch_rows_count: 2,
      karere_spg_batch_rows_sum: 5,
      'karere_spg_batch_rows_bucket{le="1"}': 1,
      'karere_spg_batch_rows_bucket{le="2"}': 1,
      'karere_spg_batch_rows_bucket{le="4"}': 2,
    };
    expect(await metricsOf(gateway, ...Object.keys(expected))).toEqual(expected);
  });

  it('shows the head of the log and how far each consumer is behind', async () => {
    const gateway = await start();
    const names = ['karere_event_log_head', ...['bus', 'spg-gaps', 'spg-projector'].map(lagOf)];
    const values = async (): Promise<unknown[]> => Object.values(await metricsOf(gateway, ...names));
    await gateway.settle();
    expect(await values()).toEqual([0, 0, 0, 0]);
    for (const eventId of [1, 2, 3]) await send(gateway, numbered(eventId));
    expect(await values()).toEqual([3, 3, 3, 3]);
    await gateway.settle('bus');
    expect(await values()).toEqual([3, 0, 3, 3]);
    await gateway.settle();
    expect(await values()).toEqual([3, 0, 0, 0]);
  });

  it('counts gaps by state, and what is missing', async () => {
    const gateway = await start();
    const names = [
      ...['opened', 'confirmed'].map((state) => `karere_spg_gaps{state="${state}"}`),
      'karere_spg_missing_notifications',
    ];
    const values = async (): Promise<unknown[]> => {
      await gateway.settle();
      return Object.values(await metricsOf(gateway, ...names));
    };
    expect(await values()).toEqual([0, 0, 0]);
    await send(gateway, numbered(10));
    await send(gateway, numbered(14));
    expect(await values()).toEqual([1, 0, 3]);
    await gateway.app.get(GapConfirmation).confirmOverdue(new Date(Date.now() + 60_000));
    await send(gateway, numbered(16));
    expect(await values()).toEqual([1, 1, 4]);
    await send(gateway, numbered(15));
    await send(gateway, numbered(12));
    expect(await values()).toEqual([0, 2, 2]);
  });

  it('shows the connections to the database, and who waits for one', async () => {
    const gateway = await start({ env: { DATABASE_POOL_SIZE: '2' } });
    const lines = async (): Promise<string[]> => {
      // Without what a scrape asks the database: that would wait as well.
      const text = await gateway.app.get(Metrics).registry.metrics();
      return text.split('\n').filter((line) => /^karere_database_(connections|waiting)/.test(line));
    };
    const runners = [gateway.dataSource.createQueryRunner(), gateway.dataSource.createQueryRunner()];
    for (const runner of runners) await runner.connect();
    const waiting = gateway.dataSource.query('SELECT 1');
    await eventually('it waits', lines, (all) => all.includes('karere_database_waiting_requests 1'));
    expect(await lines()).toEqual([
      'karere_database_connections{state="busy"} 2',
      'karere_database_connections{state="idle"} 0',
      'karere_database_connections_max 2',
      'karere_database_waiting_requests 1',
    ]);
    await Promise.all(runners.map((runner) => runner.release()));
    await waiting;
    expect(await lines()).toEqual([
      'karere_database_connections{state="busy"} 0',
      'karere_database_connections{state="idle"} 2',
      'karere_database_connections_max 2',
      'karere_database_waiting_requests 0',
    ]);
  });

  it('shows a consumer that is stuck, and what it has parked in the end', async () => {
    const gateway = await start({ providers: [Overwhelmed] });
    const attempts = 'karere_consumer_failed_attempts{consumer="bus"}';
    const parked = 'karere_parked_events{consumer="bus"}';
    await send(gateway, notification('CancelWorkOrderNotify'));
    const consumers = gateway.app.get(Consumers);
    const bus = gateway.app
      .get(ConsumerRegistry)
      .all()
      .filter(({ name }) => name === 'bus');
    for (const consumer of bus) {
      const loop = consumers.loopOf(consumer);
      await loop.createCursor();
      expect(await loop.runOnce()).toMatchObject({ kind: 'failed' });
    }
    expect(await metricsOf(gateway, attempts, parked)).toEqual({ [attempts]: 1, [parked]: 0 });
    await gateway.settle();
    expect(await metricsOf(gateway, attempts, parked)).toEqual({ [attempts]: 0, [parked]: 1 });
    expect((await ask(`${gateway.url}/health/ready`)).status).toBe(200);
  });
});
