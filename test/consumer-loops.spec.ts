import { Consumers } from '../src/events/consumers';
import { append } from './support/append';
import { eventually } from './support/eventually';
import { Gate } from './support/gate';
import { type Gateway, startGateway } from './support/gateway';
import { Recorder, Records } from './support/recorder';
import { terminate } from './support/terminate';

/** Two replicas on one database: one only writes, the other's loops run as they do in production. */
const recorder = new Recorder('two');
let one: Gateway;
let two: Gateway;
let consumers: Consumers;
let records: Records;

beforeAll(async () => {
  one = await startGateway();
  two = await startGateway({ databaseUrl: one.databaseUrl, providers: [recorder.provider] });
  consumers = two.app.get(Consumers);
  records = new Records(one.dataSource);
  await records.create();
});
beforeEach(async () => {
  await two.settle('recorder');
  await records.clear();
});
afterEach(async () => {
  await consumers.stop();
  recorder.during = () => undefined;
});
afterAll(async () => {
  await two.close();
  await one.close();
});

async function untilItListens(): Promise<void> {
  await eventually(
    'it listens',
    () =>
      one.dataSource.query<unknown[]>(
        `SELECT FROM pg_stat_activity WHERE datname = current_database()
           AND application_name = 'karere listen' AND state = 'idle' AND query LIKE 'LISTEN%'`,
      ),
    ({ length }) => length === 1,
  );
}

/** Milliseconds from a commit in one replica until the other has handled it, for eight, one after the other. */
async function eightInARow(prefix: string): Promise<number> {
  const start = performance.now();
  for (const subject of [1, 2, 3, 4, 5, 6, 7, 8].map((n) => prefix + n)) {
    await append(one, subject);
    await eventually(
      `${subject} is recorded`,
      () => records.subjects(),
      (subjects) => subjects.includes(subject),
    );
  }
  return performance.now() - start;
}

describe('the loop of a replica that writes nothing itself', () => {
  it('is woken by the commit, long before it would have looked by itself', async () => {
    consumers.start();
    // By itself it would look once a second.
    expect(await eightInARow('woken-')).toBeLessThan(6000);
  });

  it('looks by itself for what nobody has told it of', async () => {
    consumers.start();
    await append(one, 'told');
    await records.upTo(1);
    await one.dataSource.query(`
      WITH head AS (UPDATE event_log_head SET position = position + 1 RETURNING position)
      INSERT INTO domain_event (position, type, source, subject, party_ids, data)
      SELECT position, 'spg.gap.opened', '/test', 'untold', '{}', '{}' FROM head`);
    expect(await records.upTo(2)).toEqual(['told', 'untold']);
  });

  it('goes on when the connection on which it listens breaks, and listens again', async () => {
    consumers.start();
    await untilItListens();
    expect(await terminate(one.dataSource, `application_name = 'karere listen'`)).toHaveLength(1);
    await append(one, 'unheard');
    expect(await records.upTo(1)).toEqual(['unheard']);
    await untilItListens();
    expect(await eightInARow('heard-')).toBeLessThan(6000);
  });

  it('finishes its batch when it is stopped, and begins no other', async () => {
    const gate = new Gate();
    recorder.during = () => gate.pass();
    consumers.start();
    await append(one, 'a', 'b');
    await gate.reached;
    const onStopped = jest.fn();
    const stopping = consumers.stop().then(onStopped);
    await append(one, 'c');
    expect(onStopped).not.toHaveBeenCalled();
    gate.open();
    await stopping;
    expect(await records.subjects()).toEqual(['a', 'b']);
  });
});

it('the server is asked to end the sessions of a replica that vanishes without a word, and so its locks, after 11 s', async () => {
  const [settings] = await one.dataSource.query<Record<string, string>[]>(
    `SELECT current_setting('tcp_keepalives_idle')::int AS idle, current_setting('tcp_keepalives_count')::int AS count,
       current_setting('tcp_keepalives_interval')::int AS interval, current_setting('tcp_user_timeout') AS sending`,
  );
  expect(settings).toEqual({ idle: 5, interval: 2, count: 3, sending: '11000' });
});
