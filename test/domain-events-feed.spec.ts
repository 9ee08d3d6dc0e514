import { setTimeout as sleep } from 'node:timers/promises';
import { EventLog } from '../src/events/event-log';
import { EventPartitions } from '../src/events/event-partitions.service';
import { SCANNED } from '../src/events/feed-page';
import { OpenReaders } from '../src/events/open-readers';
import { append, eventAbout } from './support/append';
import { appendMany } from './support/bulk-events';
import { headOf } from './support/events';
import { eventually } from './support/eventually';
import { askFeed, type Item, readFeed, subjectsOf } from './support/feed';
import { type Gateway, startGateway } from './support/gateway';
import { ask, send } from './support/http';
import { metricOf } from './support/metrics';
import { notification } from './support/notification';
import { expectProblem } from './support/problem';

const WAITING = 'karere_feed_readers{way="feed"}';

let gateway: Gateway;

beforeAll(async () => {
  // Those who wait would use up the connections, if they held any.
  gateway = await startGateway({ env: { DATABASE_POOL_SIZE: '2' } });
});
afterAll(() => gateway.close());

/** The head, as `after` of what is to come. */
async function now(): Promise<string> {
  return String(await headOf(gateway));
}

function untilSomeWait(count: number, who = gateway): Promise<unknown> {
  return eventually(
    `${count} wait`,
    () => metricOf(who, WAITING),
    (waiting) => waiting === count,
  );
}

/** Subjects `a-1` to `a-n`. */
function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}-${n + 1}`);
}

describe('GET /domain-events', () => {
  it('gives each event as a CloudEvent, as it is in the log', async () => {
    const after = await now();
    await send(gateway, notification('CancelWorkOrderNotify', { eventId: '1' }), {
      'x-transaction-id': 'tx-of-the-partner',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });
    const { items, next } = await readFeed(gateway, `?after=${after}`);
    const [event] = await gateway.app.get(EventLog).read(gateway.dataSource.manager, Number(after), 1);
    expect(items).toEqual([
      {
        specversion: '1.0',
        id: event?.id,
        source: '/spg',
        type: 'spg.work-order.cancelled',
        subject: event?.subject,
        time: event?.time,
        datacontenttype: 'application/json',
        position: next,
        partyids: 'owner',
        correlationid: 'tx-of-the-partner',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        data: event?.data,
      },
    ]);
    expect(Number(next)).toBe(Number(after) + 1);
  });

  it('may not be kept by anybody on the way', async () => {
    expect((await askFeed(gateway, '')).headers['cache-control']).toBe('no-store');
  });

  it('begins at the oldest event, and goes on page by page to the end, without a gap', async () => {
    await append(gateway, ...numbered('page', 150));
    const first = await readFeed(gateway);
    expect(first.items).toHaveLength(100);
    const read: Item[] = [];
    let [next, pages] = ['0', 0];
    for (let page; page?.items.length !== 0; pages += 1) {
      page = await readFeed(gateway, `?after=${next}&limit=60`);
      read.push(...page.items);
      next = page.next;
    }
    const head = await headOf(gateway);
    expect(read.map(({ position }) => Number(position))).toEqual(
      Array.from({ length: head }, (_, n) => n + 1),
    );
    expect([next, pages]).toEqual([String(head), Math.ceil(head / 60) + 1]);
    expect(new Set(read.map(({ id }) => id)).size).toBe(head);
  });

  it('stands at the head when there is nothing more', async () => {
    const head = await now();
    expect(await readFeed(gateway, `?after=${head}`)).toEqual({ items: [], next: head });
    expect(await readFeed(gateway, `?after=00${head}`)).toEqual({ items: [], next: head });
  });

  it('shows what has been committed before it was asked, whoever else reads at the same time', async () => {
    for (const subject of numbered('seen', 20)) {
      const after = await now();
      const others = [1, 2, 3].map(() => readFeed(gateway, `?after=${after}`));
      await append(gateway, subject);
      expect(subjectsOf((await readFeed(gateway, `?after=${after}`)).items)).toEqual([subject]);
      await Promise.all(others);
    }
  });

  it('counts what it has given', async () => {
    const after = await now();
    const given = 'karere_feed_events_total{way="feed"}';
    const before = (await metricOf(gateway, given)) ?? NaN;
    await append(gateway, 'one', 'two', 'three');
    await readFeed(gateway, `?after=${after}&limit=2`);
    expect(await metricOf(gateway, given)).toBe(before + 2);
  });
});

describe('while others write', () => {
  it('a reader that waits gets each event once, in order, and none is skipped for one that commits late', async () => {
    const after = await now();
    const wanted = ['a', 'b', 'c', 'd'].flatMap((writer) => numbered(writer, 25));
    const log = gateway.app.get(EventLog);
    const write = async (writer: string): Promise<void> => {
      for (const subject of numbered(writer, 25)) {
        await gateway.dataSource.transaction(async (tx) => {
          await log.append(tx, [eventAbout(subject)]);
          await sleep(Math.random() * 4); // has its position, and is not committed yet
        });
      }
    };
    const writing = Promise.all(['a', 'b', 'c', 'd'].map(write));
    const read: Item[] = [];
    for (let next = after; read.length < wanted.length;) {
      const page = await readFeed(gateway, `?after=${next}&limit=7&wait=5`);
      read.push(...page.items);
      next = page.next;
    }
    await writing;
    expect(read.map(({ position }) => Number(position) - Number(after))).toEqual(
      wanted.map((_, index) => index + 1),
    );
    expect(subjectsOf(read).toSorted()).toEqual(wanted.toSorted());
  });
});

describe('?types=', () => {
  let after: string;

  beforeAll(async () => {
    after = await now();
    for (const type of [
      'spg.gap.opened',
      'spg.work-order.created',
      'spg.work-order.closed',
      'spg.task.added',
      'itas.notice.received',
      'spg.gap.healed',
    ]) {
      await appendMany(gateway.dataSource, { count: 1, type });
    }
  });

  it.each([
    ['spg.gap.opened', [1]],
    ['spg.gap.opened,spg.task.added', [1, 4]],
    [' spg.gap.opened , spg.gap.opened ', [1]],
    ['spg.gap.*', [1, 6]],
    ['spg.work-order.*', [2, 3]],
    ['spg.*', [1, 2, 3, 4, 6]],
    ['itas.*,spg.gap.healed', [5, 6]],
    ['followup.*', []],
  ])('%s', async (types, expected) => {
    const { items, next } = await readFeed(gateway, `?after=${after}&types=${encodeURIComponent(types)}`);
    expect(items.map(({ position }) => Number(position) - Number(after))).toEqual(expected);
    expect(next).toBe(String(Number(after) + 6));
  });

  it('goes on behind the last event that was looked at, not the last that was wanted', async () => {
    const page = await readFeed(gateway, `?after=${after}&types=spg.work-order.*&limit=2`);
    expect([page.items.length, Number(page.next) - Number(after)]).toEqual([2, 3]);
    const rest = await readFeed(gateway, `?after=${page.next}&types=spg.work-order.*&limit=2`);
    expect([rest.items.length, Number(rest.next) - Number(after)]).toEqual([0, 6]);
  });

  it('by a prefix finds a type that only a newer version knows, while both run', async () => {
    const head = await now();
    await appendMany(gateway.dataSource, { count: 1, type: 'spg.gap.forgotten' });
    const { items } = await readFeed(gateway, `?after=${head}&types=spg.gap.*`);
    expect(items).toMatchObject([{ type: 'spg.gap.forgotten' }]);
  });

  it.each([
    '',
    ',',
    'spg.gap.opened,',
    'spg.gap',
    'spg.gap.',
    'spg.gap*',
    'spg',
    '*',
    '.*',
    'spg.%',
    's.*',
    'spg.gap.opened.*',
    'SPG.gap.opened',
    'ONTActivation',
    'lunch.served',
    'x'.repeat(2001),
  ])('%s is refused', async (types) => {
    const answer = await askFeed(gateway, `?types=${encodeURIComponent(types)}`);
    const empty = types === '' || types.length > 2000;
    expectProblem(answer, '400 invalid-input', empty ? '?types text' : '?types types');
  });

  it('names each that is refused', async () => {
    const { body } = await askFeed(gateway, '?types=lunch.served,spg.*,dinner.*');
    expect(body['errors']).toMatchObject([
      { detail: expect.stringMatching(/ nothing under "lunch.served", "dinner.\*"$/) as string },
    ]);
  });
});

describe('one answer', () => {
  it(`has looked at ${SCANNED} events at most`, async () => {
    const after = Number(await now());
    await appendMany(gateway.dataSource, { count: SCANNED + 1 });
    await appendMany(gateway.dataSource, { count: 1, type: 'itas.notice.received' });
    const first = await readFeed(gateway, `?after=${after}&types=itas.*&wait=30`);
    expect(first).toEqual({ items: [], next: String(after + SCANNED) });
    const second = await readFeed(gateway, `?after=${first.next}&types=itas.*`);
    expect([second.items.length, second.next]).toEqual([1, String(after + SCANNED + 2)]);
  });

  it.each([false, true])(
    'has about 4 MiB at most, and one event whatever its size (compressible: %s)',
    async (compressible) => {
      const after = Number(await now());
      const mebibyte = 1024 * 1024;
      await appendMany(gateway.dataSource, { count: 6, size: mebibyte, compressible });
      await appendMany(gateway.dataSource, { count: 2, size: 5 * mebibyte, compressible });
      const sizes: number[] = [];
      for (let next = String(after); Number(next) < after + 8;) {
        const page = await readFeed(gateway, `?after=${next}&limit=1000`);
        sizes.push(page.items.length);
        next = page.next;
      }
      expect(sizes).toEqual([4, 3, 1]);
    },
  );
});

describe('?wait=', () => {
  it('answers within a moment of the commit, in any replica, long before it would have looked by itself', async () => {
    const writer = await startGateway({ databaseUrl: gateway.databaseUrl });
    const start = performance.now();
    for (const subject of numbered('prompt', 8)) {
      const waiting = readFeed(gateway, `?after=${await now()}&wait=30`);
      await untilSomeWait(1);
      await append(writer, subject);
      expect(subjectsOf((await waiting).items)).toEqual([subject]);
    }
    expect(performance.now() - start).toBeLessThan(6000); // by itself it looks once a second
    await writer.close();
  });

  it('finds by itself what nobody has told it of', async () => {
    const waiting = readFeed(gateway, `?after=${await now()}&wait=30`);
    await untilSomeWait(1);
    await sleep(100); // it has looked by now, and waits
    await appendMany(gateway.dataSource, { count: 1, told: false });
    expect(subjectsOf((await waiting).items)).toEqual(['many-1']);
  });

  it('gives events that come together together', async () => {
    const waiting = readFeed(gateway, `?after=${await now()}&wait=30`);
    await untilSomeWait(1);
    await Promise.all(['x', 'y', 'z'].map((subject) => append(gateway, subject)));
    expect(subjectsOf((await waiting).items).toSorted()).toEqual(['x', 'y', 'z']);
  });

  it('has nothing when it is over, and has moved on past what was not wanted', async () => {
    const after = await now();
    const start = performance.now();
    const waiting = readFeed(gateway, `?after=${after}&types=itas.*&wait=1`);
    await untilSomeWait(1);
    await append(gateway, 'unwanted');
    expect(await waiting).toEqual({ items: [], next: String(Number(after) + 1) });
    expect(performance.now() - start).toBeGreaterThanOrEqual(1000);
  });

  it('holds no connection to the database: as many as like can wait', async () => {
    const after = await now();
    const waiting = Array.from({ length: 40 }, (_, n) =>
      readFeed(gateway, `?after=${after}&wait=30&types=spg.gap.*&limit=${(n % 4) + 1}`),
    );
    await untilSomeWait(40);
    const answer = await send(gateway, notification('AddTaskNotify', { eventId: '2' }));
    expect(answer.status).toBe(200);
    await append(gateway, 'at last');
    for (const { items } of await Promise.all(waiting)) expect(subjectsOf(items)).toEqual(['at last']);
  });

  it('ends when the client goes away', async () => {
    const authorization = `Bearer ${await gateway.token({ partyId: 'owner', scope: 'events:read' })}`;
    const leaving = new AbortController();
    const waiting = fetch(`${gateway.url}/domain-events?after=${await now()}&wait=30`, {
      headers: { authorization },
      signal: leaving.signal,
    });
    await untilSomeWait(1);
    leaving.abort();
    await expect(waiting).rejects.toThrow('aborted');
    await untilSomeWait(0);
  });

  it('ends when the process stops, with what it has', async () => {
    const replica = await startGateway({ databaseUrl: gateway.databaseUrl });
    const after = await now();
    const waiting = askFeed(replica, `?after=${after}&wait=30`);
    await untilSomeWait(1, replica);
    replica.app.get(OpenReaders).stop();
    // It is the last one on its connection, or the process would wait for the next.
    expect(await waiting).toMatchObject({
      status: 200,
      headers: { connection: 'close' },
      body: { items: [], next: after },
    });
    expect(await readFeed(replica, `?after=${after}&wait=30`)).toEqual({ items: [], next: after });
    await replica.close();
  });
});

describe('what is asked for', () => {
  it.each([
    ['after=', '?after digits'],
    ['after=x', '?after digits'],
    ['after=-1', '?after digits'],
    ['after=1.5', '?after digits'],
    ['after=1e3', '?after digits'],
    ['after=0x10', '?after digits'],
    ['after=9223372036854775808', '?after digits'],
    ['after=1&after=2', '?after digits'],
    ['after=9223372036854775807', '?after head'],
    ['after=9007199254740993', '?after head'],
    ['limit=0', '?limit integer'],
    ['limit=1001', '?limit integer'],
    ['limit=ten', '?limit integer'],
    ['limit=', '?limit integer'],
    ['wait=-1', '?wait integer'],
    ['wait=31', '?wait integer'],
    ['wait=0.5', '?wait integer'],
    ['wait=forever', '?wait integer'],
    ['types=spg.*&types=itas.*', '?types text'],
  ])('as %s is refused', async (query, place) => {
    expectProblem(await askFeed(gateway, `?${query}`), '400 invalid-input', place);
  });

  it('can be as much as 1000 at once', async () => {
    await appendMany(gateway.dataSource, { count: 1001 });
    const after = Number(await now()) - 1001;
    expect((await readFeed(gateway, `?after=${after}&limit=1000&wait=0`)).items).toHaveLength(1000);
    expect((await readFeed(gateway, `?after=${after}&limit=1`)).items).toHaveLength(1);
  });

  it('after the next position is refused: only of a database that was restored can somebody be ahead', async () => {
    const head = await headOf(gateway);
    const answer = await askFeed(gateway, `?after=${head + 1}&wait=30`);
    expectProblem(answer, '400 invalid-input', '?after head');
    expect(answer.body['detail']).toContain(String(head));
  });
});

describe('who asks', () => {
  const ours = (subject: string, ...partyIds: string[]) => ({ ...eventAbout(subject), partyIds });

  it('sees what concerns its party, and not whom else it concerns; the owner sees all', async () => {
    const after = await now();
    await gateway.dataSource.transaction((tx) =>
      gateway.app
        .get(EventLog)
        .append(tx, [
          ours('nobody'),
          ours('both', 'rsp-1', 'rsp-2'),
          ours('other', 'rsp-2'),
          ours('mine', 'rsp-1'),
          ours('similar', 'rsp-11', 'rsp-'),
        ]),
    );
    const next = String(Number(after) + 5);
    const shown = async (partyId: string): Promise<unknown> => {
      const page = await readFeed(gateway, `?after=${after}`, partyId);
      return [page.items.map(({ subject, partyids }) => `${subject}: ${partyids}`), page.next];
    };
    expect(await shown('rsp-1')).toEqual([['both: rsp-1', 'mine: rsp-1'], next]);
    expect(await shown('rsp-3')).toEqual([[], next]);
    expect(await shown('rsp-%')).toEqual([[], next]);
    expect(await shown('owner')).toEqual([
      ['nobody: ', 'both: rsp-1,rsp-2', 'other: rsp-2', 'mine: rsp-1', 'similar: rsp-11,rsp-'],
      next,
    ]);
  });

  it('is not woken by what does not concern it', async () => {
    const waiting = readFeed(gateway, `?after=${await now()}&wait=30`, 'rsp-9');
    await untilSomeWait(1);
    await append(gateway, 'of the owner');
    await gateway.dataSource.transaction((tx) =>
      gateway.app.get(EventLog).append(tx, [ours('of rsp-9', 'rsp-9')]),
    );
    expect(subjectsOf((await waiting).items)).toEqual(['of rsp-9']);
  });

  it('needs a token, and the scope events:read', async () => {
    expectProblem(await ask(`${gateway.url}/domain-events`), '401 unauthenticated');
    const authorization = `Bearer ${await gateway.token({ partyId: 'owner', scope: 'events:admin spg:read' })}`;
    expectProblem(await ask(`${gateway.url}/domain-events`, { headers: { authorization } }), '403 forbidden');
  });
});

describe('after retention has taken the oldest events', () => {
  let kept: Gateway;
  let oldest: number;

  beforeAll(async () => {
    kept = await startGateway();
    const partitions = kept.app.get(EventPartitions);
    await appendMany(kept.dataSource, { count: 1500 });
    await partitions.makeRoom();
    await partitions.dropBefore(new Date(Date.now() + 1000), () => Promise.resolve(Infinity));
    oldest = Number((await readFeed(kept, '?limit=1')).items[0]?.position);
  });
  afterAll(() => kept.close());

  it('it begins at the oldest that is kept', async () => {
    expect(oldest).toBeGreaterThan(1);
    const { items, next } = await readFeed(kept, '?after=0&limit=2');
    expect(items.map(({ position }) => Number(position))).toEqual([oldest, oldest + 1]);
    expect(next).toBe(String(oldest + 1));
  });

  it('it goes on right before that one', async () => {
    const { items } = await readFeed(kept, `?after=${oldest - 1}&limit=1`);
    expect(items.map(({ position }) => Number(position))).toEqual([oldest]);
  });

  it.each([1, 2])('it tells a reader that has missed %d, and where it can go on', async (missed) => {
    for (const more of ['', '&types=itas.*&wait=9']) {
      const answer = await askFeed(kept, `?after=${oldest - 1 - missed}${more}`);
      expectProblem(answer, '410 events-gone');
      expect(answer.body['detail']).toContain(`the position ${oldest}`);
    }
  });

  it('and all of them, it stands at the head', async () => {
    const head = String(await headOf(kept));
    await kept.dataSource.query('DELETE FROM domain_event');
    expect(await readFeed(kept, '?after=0')).toEqual({ items: [], next: head });
    expect(await readFeed(kept, `?after=${head}`)).toEqual({ items: [], next: head });
    expectProblem(await askFeed(kept, `?after=${Number(head) - 1}`), '410 events-gone');
  });
});
