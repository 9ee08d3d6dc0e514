import type { Pool } from 'pg';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { Agent, EventSource, request } from 'undici';
import { EventLog } from '../src/events/event-log';
import { StreamLimits } from '../src/events/stream-limits';
import { append, eventAbout } from './support/append';
import { appendMany } from './support/bulk-events';
import { headOf } from './support/events';
import { eventually } from './support/eventually';
import { expectCloudEvent, type Item, readFeed, subjectsOf } from './support/feed';
import type { Gateway } from './support/gateway';
import { send } from './support/http';
import { goodFor } from './support/make-token';
import { notification } from './support/notification';
import type { StreamReader } from './support/stream-reader';
import { now, positionsOf, startGatewayOfMakeToken, Streams, upFrom } from './support/streams';

let gateway: Gateway;
let streams: Streams;
let limits: StreamLimits;

beforeAll(async () => {
  gateway = await startGatewayOfMakeToken();
  streams = new Streams(gateway);
  limits = gateway.app.get(StreamLimits);
});
afterEach(async () => {
  await streams.cutAll();
  Object.assign(limits, new StreamLimits());
});
afterAll(() => gateway.close());

function nameOf(asked: unknown): unknown {
  return (asked as { name?: unknown }).name;
}

describe('GET /domain-events/stream', () => {
  it('says what it is, after how long to come again, and where it begins', async () => {
    const { headers, blocks } = await streams.open();
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-transaction-id': expect.stringMatching(/./) as string,
    });
    await eventually('it begins', () => blocks.length, Boolean);
    expect(blocks[0]).toMatchObject({ id: await now(gateway), comments: 0 });
    expect(Number(blocks[0]?.retry)).toBeGreaterThanOrEqual(1000);
    expect(Number(blocks[0]?.retry)).toBeLessThanOrEqual(3000);
  });

  it('sends each event as the feed has it, with its position as the id and its type', async () => {
    const after = await now(gateway);
    const stream = await streams.open(`?after=${after}`);
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await send(gateway, notification('CancelWorkOrderNotify', { eventId: '1' }), { traceparent });
    await append(gateway, 'line\nbreak\u2028and ümläut');
    const events = await stream.upTo(2);
    for (const event of events) expectCloudEvent(event);
    expect(events).toEqual((await readFeed(gateway, `?after=${after}`)).items);
    expect(events.map((event) => event['traceparent'])).toEqual([traceparent, undefined]);
    const sent = stream.blocks.filter(({ data }) => data !== undefined);
    expect(sent.map(({ id, event }) => [id, event])).toEqual(
      events.map(({ position, type }) => [position, type]),
    );
  });

  it('begins with what comes from now on, or after a position, or with the oldest event', async () => {
    await append(gateway, 'before');
    const head = await headOf(gateway);
    const [fromNow, after, oldest] = [
      await streams.open(),
      await streams.open(`?after=${head - 1}`),
      await streams.open('?after=0'),
    ];
    await append(gateway, 'now');
    expect(subjectsOf(await fromNow.upTo(1))).toEqual(['now']);
    expect(subjectsOf(await after.upTo(2))).toEqual(['before', 'now']);
    expect(positionsOf(await oldest.upTo(head + 1))).toEqual(upFrom(1, head + 1));
  });

  it('takes up after Last-Event-ID, which is stronger than ?after', async () => {
    await append(gateway, 'one', 'two');
    const head = await headOf(gateway);
    const asked = { headers: { 'last-event-id': String(head - 1) } };
    expect(subjectsOf(await (await streams.open('', asked)).upTo(1))).toEqual(['two']);
    expect(subjectsOf(await (await streams.open('?after=0', asked)).upTo(1))).toEqual(['two']);
    const none = await streams.open(`?after=${head - 2}`, { headers: { 'last-event-id': '' } });
    expect(subjectsOf(await none.upTo(2))).toEqual(['one', 'two']);
  });

  it('is woken by a commit in any replica, long before it would have looked by itself', async () => {
    const writer = await startGatewayOfMakeToken({ databaseUrl: gateway.databaseUrl });
    const stream = await streams.open();
    await append(writer, 'first');
    await stream.upTo(1);
    const begun = performance.now();
    for (const count of [2, 3, 4, 5, 6, 7, 8]) {
      await append(writer, `prompt-${count}`);
      await stream.upTo(count);
    }
    expect(performance.now() - begun).toBeLessThan(5000); // by itself it looks once a second
    await writer.close();
  });

  it('sends only the types that are asked for, and to a party what concerns it', async () => {
    const party = { claims: { partyId: 'rsp-1' } };
    const [gaps, mine, both] = [
      await streams.open('?types=spg.gap.*,itas.*'),
      await streams.open('', party),
      await streams.open('?types=spg.task.*', party),
    ];
    await appendMany(gateway.dataSource, { count: 1, type: 'spg.task.added' });
    await gateway.dataSource.transaction((tx) =>
      gateway.app
        .get(EventLog)
        .append(tx, [eventAbout('of the owner'), { ...eventAbout('of both'), partyIds: ['owner', 'rsp-1'] }]),
    );
    await appendMany(gateway.dataSource, { count: 1, type: 'itas.notice.received' });
    expect(subjectsOf(await gaps.upTo(3))).toEqual(['of the owner', 'of both', 'many-1']);
    expect(await mine.upTo(1)).toMatchObject([{ subject: 'of both', partyids: 'rsp-1' }]);
    expect(both.events).toEqual([]);
  });

  it('costs the database as much as one, when there are many at the head', async () => {
    const { master } = gateway.dataSource.driver as PostgresDriver;
    const query = jest.spyOn(master as Pool, 'query');
    const all: StreamReader[] = [];
    for (let n = 0; n < 30; n += 1) all.push(await streams.open());
    query.mockClear();
    await append(gateway, 'one');
    for (const stream of all) await stream.upTo(1);
    const looks = query.mock.calls.filter(([asked]) => nameOf(asked) === 'events.read-feed-page');
    query.mockRestore();
    expect(looks.length).toBeGreaterThan(0);
    expect(looks.length).toBeLessThan(6);
  });

  it('is counted while it is open, and so are its events', async () => {
    const given = await streams.given();
    const stream = await streams.open();
    await append(gateway, 'one', 'two');
    await stream.upTo(2);
    await streams.untilOpen(1);
    expect(await streams.given()).toBe(given + 2);
    await stream.cut();
    await streams.untilOpen(0);
  });

  it('has its line in the access log when it is over', async () => {
    const stream = await streams.open('', { headers: { 'x-transaction-id': 'tx-of-a-stream' } });
    expect(stream.headers['x-transaction-id']).toBe('tx-of-a-stream');
    await stream.cut();
    const line = await eventually(
      'it is logged',
      () => gateway.logs.find(({ transactionId }) => transactionId === 'tx-of-a-stream'),
      (seen) => seen !== undefined,
    );
    expect(line).toMatchObject({ path: '/domain-events/stream', status: 499, msg: 'request' });
  });

  it('has no body when only its headers are asked for', async () => {
    const { statusCode, headers, body } = await request(streams.url, {
      method: 'HEAD',
      headers: { authorization: await streams.bearer() },
    });
    expect([statusCode, headers['content-type'], await body.text()]).toEqual([200, 'text/event-stream', '']);
    await streams.untilOpen(0);
  });
});

describe('after a cut', () => {
  it('nothing is lost or comes twice, though it is cut again and again while others write', async () => {
    const first = (await headOf(gateway)) + 1;
    const writing = (async () => {
      for (const n of upFrom(1, 150)) await append(gateway, `event-${n}`);
    })();
    const events: Item[] = [];
    let lastEventId = String(first - 1);
    while (events.length < 150) {
      const stream = await streams.open('', { headers: { 'last-event-id': lastEventId } });
      await stream.upTo(Math.min(20, 150 - events.length));
      await stream.cut();
      events.push(...stream.events);
      lastEventId = stream.lastEventId ?? '';
    }
    await writing;
    expect(positionsOf(events)).toEqual(upFrom(first, 150));
  });

  it('an EventSource comes again by itself and goes on from where it was, also when it had got nothing', async () => {
    Object.assign(limits, { retryMs: 10, heartbeatMs: 20 });
    const begins = await now(gateway);
    const { source, lastEventIds } = shortLivedSource(`${streams.url}?types=itas.*`);
    const came: unknown[] = [];
    source.addEventListener('message', (event) => came.push(event.data));
    source.addEventListener('itas.notice.received', (event) =>
      came.push((event as MessageEvent).lastEventId),
    );
    await eventually(
      'it has come again',
      () => lastEventIds.length,
      (length) => length === 2,
    );
    await appendMany(gateway.dataSource, { count: 1, type: 'itas.notice.received' });
    const wanted = await now(gateway);
    await append(gateway, 'not wanted');
    await eventually(
      'it has come again',
      () => lastEventIds.length,
      (length) => length === 3,
    );
    source.close();
    // The id that comes alone moves it on, and is no event to it.
    expect(lastEventIds).toEqual([undefined, begins, await now(gateway)]);
    expect(came).toEqual([wanted]);
  });
});

/** An EventSource with a new token for each connection, each good for less than a second; and what it says it had last. */
function shortLivedSource(url: string): { source: EventSource; lastEventIds: unknown[] } {
  const lastEventIds: unknown[] = [];
  const dispatcher = new Agent().compose((dispatch) => (options, handler) => {
    const headers = new Headers(options.headers as Record<string, string>);
    lastEventIds.push(headers.get('last-event-id') ?? undefined);
    void streams.bearer({ exp: goodFor(700) }).then((authorization) => {
      headers.set('authorization', authorization);
      return dispatch({ ...options, headers: Object.fromEntries(headers) }, handler);
    });
    return true;
  });
  return { source: new EventSource(url, { dispatcher }), lastEventIds };
}

describe('a sign of life', () => {
  it('comes while nothing happens', async () => {
    limits.heartbeatMs = 20;
    const stream = await streams.open();
    await stream.until(() => stream.blocks.filter(({ comments }) => comments > 0).length >= 3);
    expect(stream.blocks.slice(1)).toEqual(stream.blocks.slice(1).map(() => ({ comments: 1 })));
  });

  it('tells how far a reader has come to whom nothing is sent', async () => {
    limits.heartbeatMs = 20;
    const stream = await streams.open('?types=itas.*');
    await append(gateway, 'not wanted');
    const head = await now(gateway);
    await stream.until(() => stream.lastEventId === head);
    expect(stream.blocks.filter(({ id }) => id === head)).toEqual([{ id: head, comments: 0 }]);
    await stream.until(() => (stream.blocks.at(-1)?.comments ?? 0) > 0);
    expect(stream.events).toEqual([]);
  });

  it('is not waited for by one that has many events behind it', async () => {
    const after = await headOf(gateway);
    await appendMany(gateway.dataSource, { count: 12_000 });
    const stream = await streams.open(`?after=${after}&types=itas.*`);
    await stream.until(() => stream.lastEventId === String(after + 12_000));
    expect(stream.blocks.map(({ id }) => Number(id) - after)).toEqual([0, 5000, 10_000, 12_000]);
  });
});
