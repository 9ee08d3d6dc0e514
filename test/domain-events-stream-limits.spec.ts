import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseAway } from '../src/database/is-database-away';
import { EventLog } from '../src/events/event-log';
import { FeedReader } from '../src/events/feed-reader';
import { FeedView } from '../src/events/feed-view';
import { OpenReaders } from '../src/events/open-readers';
import { StreamLimits } from '../src/events/stream-limits';
import { append, eventAbout } from './support/append';
import { appendMany } from './support/bulk-events';
import { createDatabase, dropDatabase } from './support/database';
import { headOf } from './support/events';
import { eventually } from './support/eventually';
import { subjectsOf } from './support/feed';
import { Gate } from './support/gate';
import type { Gateway } from './support/gateway';
import { ask, send } from './support/http';
import { goodFor, inSeconds } from './support/make-token';
import { metricOf } from './support/metrics';
import { notification } from './support/notification';
import { expectProblem } from './support/problem';
import { now, positionsOf, startGatewayOfMakeToken, Streams, upFrom } from './support/streams';
import { lockTable, untilSomeWait as untilSomeWaitForLocks } from './support/table-lock';
import { TcpProxy } from './support/tcp-proxy';

const sockets = new Set<Socket>();

let gateway: Gateway;
let streams: Streams;
let limits: StreamLimits;

beforeAll(async () => {
  gateway = await startGatewayOfMakeToken();
  streams = new Streams(gateway);
  limits = gateway.app.get(StreamLimits);
  gateway.app.getHttpServer().on('connection', (socket: Socket) => sockets.add(socket));
});
afterEach(async () => {
  await streams.cutAll();
  Object.assign(limits, new StreamLimits());
});
afterAll(() => gateway.close());

function mostly(open: Partial<StreamLimits['open']>): StreamLimits['open'] {
  return { ...new StreamLimits().open, ...open };
}

async function untilSomeWait(count: number): Promise<void> {
  await eventually(
    `${count} wait`,
    () => metricOf(gateway, 'karere_feed_readers{way="feed"}'),
    (waiting) => waiting === count,
  );
}

describe('a reader that takes nothing', () => {
  const COUNT = 200;
  let after: number;
  let gate: Gate;

  beforeAll(async () => {
    after = await headOf(gateway);
    // Far more than the buffers of the two sockets hold.
    await appendMany(gateway.dataSource, { count: COUNT, size: 100_000 });
  });
  beforeEach(() => {
    gate = new Gate();
  });
  afterEach(() => gate.open());

  /** Resolves when nothing more is given, with how much was. */
  async function untilStill(): Promise<number> {
    for (let given = NaN; ;) {
      const before = given;
      given = await streams.given();
      if (given === before) return given;
      await sleep(150);
    }
  }

  it('costs no more than a page, holds up nobody, and gets the rest when it goes on', async () => {
    const before = await streams.given();
    const slow = await streams.open(`?after=${after}`, { begin: gate.pass() });
    const given = await untilStill();
    expect(given - before).toBeGreaterThan(0);
    expect(given - before).toBeLessThan(COUNT * 0.7);
    expect(Math.max(...[...sockets].map(({ writableLength }) => writableLength))).toBeLessThan(512 * 1024);

    const fast = await streams.open(`?after=${after}`);
    await append(gateway, 'fresh');
    expect(positionsOf(await fast.upTo(COUNT + 1))).toEqual(upFrom(after + 1, COUNT + 1));
    expect(await streams.given()).toBe(given + COUNT + 1); // none of them for the slow one

    gate.open();
    expect(positionsOf(await slow.upTo(COUNT + 1))).toEqual(upFrom(after + 1, COUNT + 1));
  });

  it('for too long is disconnected', async () => {
    limits.stallMs = 200;
    const slow = await streams.open(`?after=${after}`, { begin: gate.pass() });
    await streams.untilOpen(1);
    await streams.untilOpen(0);
    gate.open();
    await slow.over;
    expect(slow.events.length).toBeLessThan(COUNT);
  });

  it('does not keep the process from stopping', async () => {
    const replica = await startGatewayOfMakeToken({ databaseUrl: gateway.databaseUrl });
    const there = new Streams(replica);
    await there.open(`?after=${after}`, { begin: gate.pass() });
    await there.untilOpen(1);
    const toldAt = performance.now();
    await replica.close();
    expect(performance.now() - toldAt).toBeLessThan(4500); // a connection that is kept alive would take five seconds
  });
});

describe('a stream ends', () => {
  it('when its token expires, and the token opens no other', async () => {
    const opened = Date.now();
    const stream = await streams.open('', { claims: { exp: goodFor(300) } });
    await stream.over;
    expect(Date.now() - opened).toBeGreaterThan(295); // a timer may be early by a little
    expectProblem(await streams.refused('', { claims: { exp: inSeconds(-30) } }), '401 unauthenticated');
  });

  it('not before, however long the token is good', async () => {
    const stream = await streams.open('', { claims: { exp: inSeconds(400 * 86_400) } });
    await append(gateway, 'one');
    await stream.upTo(1);
    await sleep(50);
    await append(gateway, 'two');
    expect(subjectsOf(await stream.upTo(2))).toEqual(['one', 'two']);
  });

  it('when the process stops, and goes on at another with nothing lost or twice', async () => {
    const replica = await startGatewayOfMakeToken({ databaseUrl: gateway.databaseUrl });
    const there = new Streams(replica);
    const stream = await there.open();
    await append(gateway, 'one', 'two');
    await stream.upTo(2);
    await append(gateway, 'three');
    replica.app.get(OpenReaders).stop();
    await stream.over;
    await append(gateway, 'four');

    const again = await there.open('', { headers: { 'last-event-id': stream.lastEventId ?? '' } });
    await again.over;
    const elsewhere = await streams.open('', { headers: { 'last-event-id': again.lastEventId ?? '' } });
    const rest = await elsewhere.upTo(4 - stream.events.length);
    expect(subjectsOf([...stream.events, ...rest])).toEqual(['one', 'two', 'three', 'four']);
    await there.untilOpen(0);
    await replica.close();
  });

  it('when what it would send next is gone by retention, and then says so', async () => {
    const kept = await startGatewayOfMakeToken();
    const there = new Streams(kept);
    const stream = await there.open();
    await append(kept, 'one');
    await stream.upTo(1);
    await kept.dataSource.query('UPDATE event_log_head SET position = 5');
    await stream.over;
    const headers = { 'last-event-id': stream.lastEventId ?? '' };
    expectProblem(await there.refused('', { headers }), '410 events-gone');
    await kept.close();
  });
});

it('streams outlast a database that is away: at the head, and in the middle of the log', async () => {
  const databaseUrl = await createDatabase();
  const proxy = await TcpProxy.to(databaseUrl);
  const near = await startGatewayOfMakeToken({ databaseUrl: proxy.url });
  const far = await startGatewayOfMakeToken({ databaseUrl });
  const there = new Streams(near);
  await appendMany(far.dataSource, { count: 200, size: 100_000 });
  const gate = new Gate();
  const [atHead, behind] = [await there.open(), await there.open('?after=0', { begin: gate.pass() })];
  await append(far, 'before');
  await atHead.upTo(1);

  await proxy.cut();
  await append(far, 'meanwhile');
  gate.open();
  expectProblem(await there.refused(''), '503 unavailable');
  await behind.until(() => behind.blocks.length > 1);
  await proxy.restore();
  expect(subjectsOf(await atHead.upTo(2))).toEqual(['before', 'meanwhile']);
  expect(positionsOf(await behind.upTo(202))).toEqual(upFrom(1, 202));
  await there.cutAll();
  await far.close();
  await near.close();
  await proxy.cut();
  await dropDatabase(databaseUrl);
});

describe('a process', () => {
  it('has so many streams at most; the next one may ask elsewhere, or a little later', async () => {
    limits.open = mostly({ stream: { inAll: 2, ofParty: 2 } });
    const [one] = [await streams.open(), await streams.open()];
    const answer = await streams.refused('');
    expectProblem(answer, '503 too-many-streams');
    expect(answer.headers['retry-after']).toBe('5');
    expect((await send(gateway, notification('AddTaskNotify', { eventId: '1' }))).status).toBe(200);
    await one?.cut();
    await streams.untilOpen(1);
    await streams.open();
  });

  it('lets no more in when they come at once', async () => {
    limits.open = mostly({ stream: { inAll: 3, ofParty: 3 } });
    const tried = await Promise.allSettled(Array.from({ length: 9 }, () => streams.open()));
    expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    await streams.untilOpen(3);
  });

  it('keeps no place for one that was refused', async () => {
    limits.open = mostly({ stream: { inAll: 1, ofParty: 1 } });
    expectProblem(await streams.refused('?after=999999999'), '400 invalid-input', '?after head');
    await streams.untilOpen(0);
    await streams.open();
  });
});

describe('a party that is not the owner', () => {
  const party = { claims: { partyId: 'rsp-1' } };

  it('has a part of the streams, and the others have the rest', async () => {
    limits.open = mostly({ stream: { inAll: 4, ofParty: 2 } });
    const [one] = [await streams.open('', party), await streams.open('', party)];
    const answer = await streams.refused('', party);
    expectProblem(answer, '429 too-many-requests');
    expect([answer.headers['retry-after'], answer.body['detail']]).toEqual([
      '5',
      'Your party has 2 streams at this process, as many as it may.',
    ]);
    await streams.open();
    await streams.open('', { claims: { partyId: 'rsp-2' } });
    expectProblem(await streams.refused(''), '503 too-many-streams');
    await one?.cut();
    await streams.untilOpen(3);
    await streams.open('', party);
  });

  it('has so many requests that wait, and a process has so many of all; none is a reason to think it ill', async () => {
    limits.open = mostly({ feed: { inAll: 3, ofParty: 2 } });
    const wait = async (partyId: string) =>
      ask(`${gateway.url}/domain-events?after=${await now(gateway)}&wait=30`, {
        headers: { authorization: await streams.bearer({ partyId }) },
      });
    const waiting = [wait('rsp-1'), wait('rsp-1')];
    await untilSomeWait(2);
    expectProblem(await wait('rsp-1'), '429 too-many-requests');
    waiting.push(wait('owner'));
    await untilSomeWait(3);
    for (const partyId of ['owner', 'rsp-2']) {
      const answer = await wait(partyId);
      expectProblem(answer, '429 too-many-requests');
      expect(answer.headers['retry-after']).toBe('5');
    }
    await gateway.dataSource.transaction((tx) =>
      gateway.app.get(EventLog).append(tx, [{ ...eventAbout('theirs'), partyIds: ['rsp-1'] }]),
    );
    for (const { status } of await Promise.all(waiting)) expect(status).toBe(200);
  });
});

it('looks at the log that take too long are no more at once: the database is still at them', async () => {
  limits.lookMs = 200;
  const reader = gateway.app.get(FeedReader);
  const look = (after: number): Promise<unknown> =>
    reader
      .read(after, new FeedView(undefined, undefined), { events: 1, bytes: 1 })
      .catch((error: unknown) => error);
  const lock = await lockTable(gateway.databaseUrl, 'domain_event');
  const looks = await Promise.all([0, 1, 2, 3, 4].map(look));
  expect(looks.map(isDatabaseAway)).toEqual([true, true, true, true, true]);
  expect(isDatabaseAway(await look(5))).toBe(true);
  await untilSomeWaitForLocks(gateway.dataSource, 3);
  limits.lookMs = 10_000;
  const last = look(6);
  await lock.release();
  expect(await last).toMatchObject({ next: 7 });
});

describe('before it begins a stream is refused', () => {
  it.each([
    ['?after=x', '?after digits'],
    ['?after=9223372036854775807', '?after head'],
    ['?types=lunch.*', '?types types'],
    ['?types=', '?types text'],
  ])('for %s', async (query, place) => {
    expectProblem(await streams.refused(query), '400 invalid-input', place);
  });

  it.each(['x', '-1', '1.5', '99999999999999999999', '1, 2'])('for Last-Event-ID: %s', async (id) => {
    const answer = await streams.refused('?after=0', { headers: { 'last-event-id': id } });
    expectProblem(answer, '400 invalid-input');
    expect(answer.body['detail']).toContain('Last-Event-ID');
  });

  it('for a Last-Event-ID of a database that was restored since', async () => {
    const beyond = String(Number(await now(gateway)) + 1);
    const answer = await streams.refused('', { headers: { 'last-event-id': beyond } });
    expectProblem(answer, '400 invalid-input', '?after head');
    expect(answer.body['detail']).toContain('Last-Event-ID');
  });

  it('without a token, and without the scope events:read', async () => {
    expectProblem(await ask(streams.url), '401 unauthenticated');
    const claims = { scope: 'events:admin spg:read' };
    expectProblem(await streams.refused('', { claims }), '403 forbidden');
  });
});
