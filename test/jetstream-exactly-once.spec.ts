import { setTimeout as sleep } from 'node:timers/promises';
import { Consumers } from '../src/events/consumers';
import { StoppedAt } from '../src/events/durable-consumer';
import { toMessage } from '../src/events/jetstream/event-message';
import { publishInOrder } from '../src/events/jetstream/publish-in-order';
import { PublishedStream } from '../src/events/jetstream/published-stream';
import { append } from './support/append';
import { eventsOf, headOf } from './support/events';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { read } from './support/http';
import { behind, JetStreamScene, publishOnce } from './support/jetstream-scene';
import { metricOf } from './support/metrics';
import { TcpProxy } from './support/tcp-proxy';
import { terminate } from './support/terminate';
import { failCommits } from './support/triggers';
import { withNatsServer } from './support/with-nats-server';

/** The least that nats-server takes: what it has forgotten by itself after that, it would take again. */
const WINDOW_MS = 100;

/** Until the server does not know the ids any more. */
function windowPassed(): Promise<void> {
  return sleep(3 * WINDOW_MS);
}

withNatsServer('every event comes once and in order', () => {
  let scene: JetStreamScene;
  /** Two replicas: what one has done, the other one knows only from the stream. */
  let one: Gateway;
  let two: Gateway;
  /** Position of the last event before the test. */
  let start: number;

  beforeAll(async () => {
    scene = await JetStreamScene.open({ env: { NATS_DUPLICATE_WINDOW_MS: String(WINDOW_MS) } });
    one = scene.gateway;
    two = await scene.replica();
  });
  beforeEach(async () => {
    await appendMany(3);
    await scene.published(one);
    start = await headOf(one);
  });
  afterAll(() => scene.close());

  async function appendMany(count: number): Promise<void> {
    await append(one, ...Array.from({ length: count }, (_, n) => `event-${n}`));
  }

  /** What has come to the stream since the test began, counted from 1. */
  async function come(): Promise<number[]> {
    const positions = await scene.positions();
    return positions.filter((position) => position > start).map((position) => position - start);
  }

  /** The same when one of the replicas has published all. */
  async function comeBy(gateway: Gateway): Promise<number[]> {
    await scene.published(gateway);
    return come();
  }

  function upTo(last: number): number[] {
    return Array.from({ length: last }, (_, index) => index + 1);
  }

  it('when the gateway died between publishing and moving its cursor, long ago', async () => {
    await appendMany(30);
    await failCommits(one.dataSource, 'jetstream', 1);
    expect(await publishOnce(one)).toMatchObject({ kind: 'failed' });
    expect([await behind(one), (await come()).length]).toEqual([30, 30]);
    await windowPassed();
    await appendMany(3);
    expect(await comeBy(two)).toEqual(upTo(33));
    expect(await metricOf(two, 'karere_jetstream_events_total{outcome="already-there"}')).toBe(30);
  });

  it('when a replica that publishes has lost its database, and another takes over', async () => {
    const proxy = await TcpProxy.to(scene.nats.url);
    const slow = await scene.replica({ NATS_URL: proxy.url });
    await appendMany(1);
    await scene.published(slow);
    await appendMany(60);
    proxy.freeze();
    const left = publishOnce(slow);
    await eventually(
      'the first one has sent them',
      () => terminate(one.dataSource, `state = 'idle in transaction' AND query LIKE '%UPDATE event_cursor%'`),
      ({ length }) => length === 1,
    );
    expect(await comeBy(two)).toEqual(upTo(61));
    await windowPassed();
    proxy.thaw();
    expect(['failed', 'away']).toContain((await left).kind);
    await appendMany(5);
    expect(await comeBy(two)).toEqual(upTo(66));
    await proxy.cut();
  });

  it('when somebody else publishes in between: none passes one that was held up by that', async () => {
    await appendMany(5);
    const session = await one.app.get(PublishedStream).ready();
    const messages = (await eventsOf(one, start)).map((event) => toMessage(event, session.headers()));
    const reader = await scene.reader();
    const { state } = await reader.manager.streams.info('KARERE');
    await publishInOrder(session, messages.slice(0, 1), state.last_seq);
    await reader.publish('karere.greeting', 'kia ora');
    // The first one is known to the server still, by its id.
    const rest = publishInOrder(session, messages, state.last_seq);
    await expect(rest).rejects.toThrow(StoppedAt);
    await expect(rest).rejects.toMatchObject({ handled: 1 });
    expect(await come()).toEqual([1]);
    expect(await comeBy(two)).toEqual(upTo(5));
  });

  it('when messages of somebody else stand at the end of the stream', async () => {
    await failCommits(one.dataSource, 'jetstream', 1);
    await appendMany(5);
    await publishOnce(one);
    const reader = await scene.reader();
    for (let n = 0; n < 3; n += 1) await reader.publish('karere.greeting', 'kia ora');
    await windowPassed();
    await appendMany(5);
    expect(await comeBy(two)).toEqual(upTo(10));
    expect(two.logs).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        strangers: 3,
        msg: 'messages in the stream are not of this event log',
      }),
    );
  });

  it('when the gateway died after a parked one was retried', async () => {
    await appendMany(3);
    await one.dataSource.query(
      `UPDATE event_cursor SET position = position + 1 WHERE consumer = 'jetstream'`,
    );
    const [row] = await one.dataSource.query<{ id: string }[]>(
      `INSERT INTO parked_event (consumer, position, type, error, attempts)
       VALUES ('jetstream', $1, 'spg.gap.opened', 'as planned', 5) RETURNING id`,
      [start + 1],
    );
    expect(await comeBy(one)).toEqual([2, 3]);
    const retry = async (): Promise<number> =>
      (await read(one, `/domain-events/parked/${row?.id}/retry`, { method: 'POST' })).status;
    await one.dataSource.query(`
      CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'this commit fails'; END $$;
      CREATE CONSTRAINT TRIGGER fail AFTER DELETE ON parked_event
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()`);
    expect(await retry()).toBe(500);
    await one.dataSource.query('DROP FUNCTION fail CASCADE');
    await windowPassed();
    expect(await retry()).toBe(204);
    await appendMany(1);
    expect(await comeBy(two)).toEqual([2, 3, 1, 4]);
  });

  it('when the stream has lost its end together with its server, which gets that again', async () => {
    await scene.nats.kill();
    const restore = await scene.nats.copyStore();
    await scene.nats.start();
    await appendMany(10);
    expect(await comeBy(one)).toEqual(upTo(10));
    await scene.nats.kill();
    await restore();
    await scene.nats.start();
    expect(await come()).toEqual([]);
    await appendMany(1);
    expect(await comeBy(one)).toEqual(upTo(11));
    expect(one.logs).toContainEqual(
      expect.objectContaining({
        level: 'error',
        position: start + 1,
        msg: 'the stream has lost events that it had acknowledged; publishing again from there',
      }),
    );
  });

  it('when nats-server is killed again and again under load', async () => {
    for (const { app } of [one, two]) app.get(Consumers).start();
    const load = new AbortController();
    const appended = (async () => {
      while (!load.signal.aborted) {
        await appendMany(7);
        await sleep(5);
      }
    })();
    for (let round = 1; round <= 3; round += 1) {
      await eventually(
        'it publishes',
        async () => (await headOf(one)) - start - (await behind(one)),
        (published) => published > 50 * round,
      );
      await scene.nats.kill();
      await sleep(150);
      await scene.nats.start();
    }
    load.abort();
    await appended;
    await eventually(
      'it has caught up',
      () => behind(one),
      (lag) => lag === 0,
    );
    for (const { app } of [one, two]) await app.get(Consumers).stop();
    const last = (await headOf(one)) - start;
    expect(last).toBeGreaterThan(150);
    expect(await come()).toEqual(upTo(last));
  });

  it('when what was published is so old that the log does not know it', async () => {
    await one.dataSource.query('DELETE FROM domain_event WHERE position <= $1', [start]);
    const logged = two.logs.length;
    await appendMany(2);
    expect(await comeBy(two)).toEqual(upTo(2));
    expect(two.logs.slice(logged).filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('but those that somebody has deleted, which stay so', async () => {
    await appendMany(3);
    await scene.published(one);
    const { manager } = await scene.reader();
    const { state } = await manager.streams.info('KARERE');
    await manager.streams.deleteMessage('KARERE', state.last_seq);
    await appendMany(2);
    expect(await comeBy(two)).toEqual([1, 2, 4, 5]);
  });

  it('behind what was in a stream that somebody has emptied', async () => {
    await (await scene.reader()).manager.streams.purge('KARERE');
    await appendMany(5);
    expect(await comeBy(two)).toEqual(upTo(5));
    expect(await scene.positions()).toEqual(upTo(5).map((n) => start + n));
    expect(two.logs).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        position: start + 1,
        msg: 'the stream holds none of the events before this one',
      }),
    );
  });

  it('behind what was in a stream that somebody has deleted: it is made again', async () => {
    await (await scene.reader()).manager.streams.delete('KARERE');
    await appendMany(5);
    expect(await comeBy(one)).toEqual(upTo(5));
    expect(await scene.positions()).toEqual(upTo(5).map((n) => start + n));
    expect(await read(one, '/domain-events/parked')).toMatchObject({ body: { items: [] } });
  });

  it('once more from the beginning, when somebody wants that', async () => {
    await (await scene.reader()).manager.streams.delete('KARERE');
    await one.dataSource.query(`UPDATE event_cursor SET position = 0 WHERE consumer = 'jetstream'`);
    await scene.published(two);
    const ids = (await (await scene.reader()).messages()).map(({ id }) => id);
    expect(ids).toEqual((await eventsOf(one)).map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(10);
  });

  it('also beside those of another log, of which none is taken for one of ours', async () => {
    const other = await startGateway({ env: { NATS_URL: scene.nats.url } });
    await append(other, ...Array.from({ length: start + 20 }, () => 'theirs'));
    await scene.published(other);
    await appendMany(3);
    await scene.published(one);
    await appendMany(2);
    await scene.published(two);
    await other.close();
    const ids = (await (await scene.reader()).messages()).map(({ id }) => id);
    const ours = (await eventsOf(one, start)).map(({ id }) => id);
    expect(ids.filter((id) => ours.includes(id))).toEqual(ours);
  });
});
