import { ConsumerLoop } from '../src/events/consumer-loop';
import { ConsumerRegistry } from '../src/events/consumer-registry';
import { Consumers } from '../src/events/consumers';
import type { DomainEvent } from '../src/events/domain-event';
import { CounterpartAway, DurableConsumer, StoppedAt } from '../src/events/durable-consumer';
import { EventLog } from '../src/events/event-log';
import { append, eventAbout } from './support/append';
import { headOf } from './support/events';
import { eventually } from './support/eventually';
import { Gate } from './support/gate';
import { type Gateway, startGateway } from './support/gateway';
import { Recorder, Records } from './support/recorder';
import { untilOneWaits } from './support/table-lock';
import { terminate } from './support/terminate';

/** Works outside the database, one event after the other. */
class OneByOne extends DurableConsumer {
  readonly name = 'one-by-one';
  readonly tried: string[] = [];
  failures: Record<string, number> = {};
  failWith: (subject: string) => Error = (subject) => new Error(`${subject} failed`);

  handle(events: readonly DomainEvent[]): Promise<void> {
    for (const [handled, { subject }] of events.entries()) {
      this.tried.push(subject);
      if ((this.failures[subject] ?? 0) <= 0) continue;
      this.failures[subject] = (this.failures[subject] ?? 0) - 1;
      return Promise.reject(new StoppedAt(handled, this.failWith(subject)));
    }
    return Promise.resolve();
  }
}

/** Two replicas on one database. */
const recorderOfOne = new Recorder('one');
const recorderOfTwo = new Recorder('two');
const oneByOne = new OneByOne();
let one: Gateway;
let two: Gateway;
let records: Records;

beforeAll(async () => {
  one = await startGateway({
    providers: [recorderOfOne.provider, { provide: OneByOne, useValue: oneByOne }],
  });
  two = await startGateway({ databaseUrl: one.databaseUrl, providers: [recorderOfTwo.provider] });
  records = new Records(one.dataSource);
  await records.create();
});
beforeEach(async () => {
  recorderOfOne.during = recorderOfTwo.during = () => undefined;
  await one.settle('recorder', 'one-by-one');
  await records.clear();
});
afterEach(async () => {
  for (const { app } of [one, two]) await app.get(Consumers).stop();
});
afterAll(async () => {
  await two.close();
  await one.close();
});

function numbered(count: number, prefix = ''): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}${n}`);
}

function loopOf({ app }: Gateway, name = 'recorder'): ConsumerLoop {
  const consumer = app.get(ConsumerRegistry).named(name);
  if (!consumer) throw new Error(`it has no ${name}`);
  return app.get(Consumers).loopOf(consumer);
}

/** Of the database, in milliseconds. */
async function clockOf({ dataSource }: Gateway): Promise<number> {
  const [row] = await dataSource.query<{ now: number }[]>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now',
  );
  return row?.now ?? NaN;
}

/** From now on. */
async function putOff({ dataSource }: Gateway, interval: string): Promise<void> {
  await dataSource.query(
    `UPDATE event_cursor SET retry_at = clock_timestamp() + ${interval} WHERE consumer = 'recorder'`,
  );
}

describe('a consumer that two replicas run at the same time', () => {
  it('writes everything exactly once and in order, also when one of them leaves', async () => {
    const before = await headOf(one);
    for (const { app } of [one, two]) app.get(Consumers).start();
    const write = async (gateway: Gateway, by: string): Promise<void> => {
      for (const subject of numbered(60, by)) await append(gateway, `${subject}a`, `${subject}b`);
    };
    await Promise.all([write(one, 'one-'), write(two, 'two-')]);
    await records.upTo(1);
    await one.app.get(Consumers).stop();
    await write(two, 'later-');

    await records.upTo(360);
    await two.app.get(Consumers).stop();
    const recorded = await records.all();
    expect(recorded.map(({ position }) => position)).toEqual(
      numbered(360).map((n) => before + 1 + Number(n)),
    );
    expect(recorded.at(-1)?.replica).toBe('two');
  });

  it('is left by one that dies, whose writes are undone, and taken over by the other', async () => {
    const gate = new Gate();
    recorderOfOne.during = () => gate.pass();
    await append(one, 'a', 'b', 'c');
    const held = loopOf(one).runOnce();
    await gate.reached;
    expect(await loopOf(two).runOnce()).toEqual({ kind: 'waiting' });

    expect(await terminate(one.dataSource, `state = 'idle in transaction'`)).toHaveLength(1);
    const outcome = await eventually(
      'the other takes over',
      () => loopOf(two).runOnce(),
      ({ kind }) => kind !== 'waiting',
    );
    gate.open();

    expect(outcome).toMatchObject({ kind: 'handled', events: 3 });
    expect(await held).toMatchObject({ kind: 'failed' });
    expect(await records.all()).toMatchObject([
      { subject: 'a', replica: 'two' },
      { subject: 'b', replica: 'two' },
      { subject: 'c', replica: 'two' },
    ]);
    expect(await loopOf(one).runOnce()).toMatchObject({ kind: 'handled', events: 0 });
  });
});

describe('a batch with events that can not be handled', () => {
  it.each([
    ['the first', [0]],
    ['one in the middle', [23]],
    ['the last', [39]],
    ['two in a row', [15, 16]],
    ['two far apart', [3, 30]],
  ])('parks %s and handles all others once and in order', async (_case, poisonous) => {
    const before = await headOf(one);
    const alone: number[] = [];
    recorderOfOne.during = (events) => {
      const failing = events.filter(({ position }) => poisonous.includes(position - before - 1));
      if (events.length === 1) alone.push(...failing.map(({ position }) => position - before - 1));
      if (failing[0]) throw new Error(`${failing[0].subject} is poison`);
    };
    const logged = one.logs.length;
    await append(one, ...numbered(40));
    await one.settle('recorder');

    expect(await records.subjects()).toEqual(numbered(40).filter((n) => !poisonous.includes(Number(n))));
    const parked = await one.dataSource.query<object[]>(
      `SELECT consumer, position::int - $1 - 1 AS n, attempts, error FROM parked_event
       WHERE position > $1 ORDER BY position`,
      [before],
    );
    expect(parked).toEqual(
      poisonous.map((n) => ({ consumer: 'recorder', n, attempts: 5, error: `Error: ${n} is poison` })),
    );
    expect(alone).toEqual(poisonous.flatMap((n) => [n, n, n, n, n]));
    const errors = one.logs.slice(logged).filter(({ level }) => level === 'error');
    expect(errors).toMatchObject(
      poisonous.map((n) => ({ consumer: 'recorder', transactionId: `because-of-${n}` })),
    );
  });

  it('tries each half of what there was, not of what there could have been', async () => {
    const tried: string[][] = [];
    recorderOfOne.during = (events) => {
      tried.push(events.map(({ subject }) => subject));
      if (events.some(({ subject }) => subject === 'poison')) throw new Error('poison');
    };
    await append(one, 'good', 'poison', 'better');
    await one.settle('recorder');
    expect(tried.slice(0, 3)).toEqual([['good', 'poison', 'better'], ['good'], ['poison', 'better']]);
    expect(await records.subjects()).toEqual(['good', 'better']);
  });

  it('loses nothing of it when it can be handled the next time', async () => {
    let calls = 0;
    recorderOfOne.during = () => {
      if ((calls += 1) === 1) throw new Error('not now');
    };
    await append(one, ...numbered(20));
    await one.settle('recorder');
    expect(await records.subjects()).toEqual(numbered(20));
  });
});

it('an event that fails alone is tried again after 100, 200, 400 and 800 ms, and not before', async () => {
  recorderOfOne.during = () => {
    throw new Error('not yet');
  };
  await append(one, 'a');
  const loop = loopOf(one);
  for (const waitMs of [100, 200, 400, 800]) {
    const from = await clockOf(one);
    expect(await loop.runOnce()).toMatchObject({ kind: 'failed' });
    const to = await clockOf(one);
    const [cursor] = await one.dataSource.query<{ retryAt: number }[]>(
      `SELECT extract(epoch FROM retry_at)::float8 * 1000 AS "retryAt" FROM event_cursor WHERE consumer = 'recorder'`,
    );
    expect(cursor?.retryAt).toBeGreaterThan(from + waitMs);
    expect(cursor?.retryAt).toBeLessThan(to + waitMs);
    await putOff(one, `interval '1 hour'`);
    expect(await loop.runOnce()).toEqual({ kind: 'waiting' });
    await putOff(one, `interval '-1 hour'`);
  }
  recorderOfOne.during = () => undefined;
  expect(await loop.runOnce()).toMatchObject({ kind: 'handled', events: 1 });
  expect(await records.subjects()).toEqual(['a']);
});

describe('a consumer that stopped within a batch', () => {
  beforeEach(() => oneByOne.tried.splice(0));

  it('does not do again what it has done', async () => {
    oneByOne.failures = { c: 2 };
    await append(one, 'a', 'b', 'c', 'd');
    await one.settle('one-by-one');
    expect(oneByOne.tried).toEqual(['a', 'b', 'c', 'c', 'c', 'd']);
  });

  it('goes on behind what it can not do', async () => {
    oneByOne.failures = { b: 100, c: 1 };
    await append(one, 'a', 'b', 'c', 'd');
    await one.settle('one-by-one');
    // Once in the batch, and five times alone.
    expect(oneByOne.tried).toEqual(['a', 'b', 'b', 'b', 'b', 'b', 'b', 'c', 'c', 'd']);
  });
});

describe('a consumer whose counterpart is away', () => {
  beforeEach(() => {
    oneByOne.tried.splice(0);
    oneByOne.failWith = () => new CounterpartAway('there is nobody');
  });
  afterEach(() => {
    oneByOne.failWith = (subject) => new Error(`${subject} failed`);
  });

  it.each([['the first'], ['one in the middle']])(
    'parks nothing, however long it waits with %s',
    async (which) => {
      oneByOne.failures = which === 'the first' ? { a: 20 } : { b: 20 };
      const logged = one.logs.length;
      const before = await headOf(one);
      await append(one, 'a', 'b', 'c');
      const loop = loopOf(one, 'one-by-one');
      for (let attempt = 0; attempt < 20; attempt += 1) {
        expect(await loop.runOnce()).toMatchObject({ kind: 'away', error: { message: 'there is nobody' } });
      }
      expect(await loop.runOnce()).toMatchObject({ kind: 'handled' });

      expect(oneByOne.tried.slice(-3)).toEqual(which === 'the first' ? ['a', 'b', 'c'] : ['b', 'b', 'c']);
      const cursors = await one.dataSource.query<unknown[]>(
        `SELECT attempts, error, position::int - $1 AS handled FROM event_cursor WHERE consumer = 'one-by-one'`,
        [before],
      );
      expect(cursors).toEqual([{ attempts: 0, error: null, handled: 3 }]);
      expect(await one.dataSource.query('SELECT FROM parked_event WHERE position > $1', [before])).toEqual(
        [],
      );
      expect(one.logs.slice(logged).map(({ level, msg }) => [level, msg])).toEqual([
        ['warn', 'events wait for what is away; trying again'],
        ['info', 'what was away is back; events go on'],
      ]);
    },
  );
});

describe('a connection that is lost', () => {
  afterEach(() => {
    oneByOne.failWith = (subject) => new Error(`${subject} failed`);
  });

  it('on the way of a consumer that works one by one is not counted against the event', async () => {
    oneByOne.failWith = () => new Error('Connection terminated unexpectedly');
    oneByOne.failures = { b: 8 };
    const before = await headOf(one);
    await append(one, 'a', 'b', 'c');
    const loop = loopOf(one, 'one-by-one');
    for (let attempt = 0; attempt < 8; attempt += 1) {
      expect(await loop.runOnce()).toMatchObject({ kind: 'failed' });
    }
    expect(await loop.runOnce()).toMatchObject({ kind: 'handled' });
    expect(await one.dataSource.query('SELECT FROM parked_event WHERE position > $1', [before])).toEqual([]);
  });

  it('because the batch took too long is followed by smaller ones, which get through', async () => {
    const tried: number[] = [];
    // The server ends what is idle in a transaction for too long, and says so at the commit at the latest.
    recorderOfOne.during = async (events) => {
      tried.push(events.length);
      if (events.length <= 4) return;
      expect(await terminate(two.dataSource, `state = 'idle in transaction'`)).toHaveLength(1);
    };
    await append(one, ...numbered(16));
    await one.settle('recorder');
    expect(tried.slice(0, 4)).toEqual([16, 8, 4, 8]);
    expect(await records.subjects()).toEqual(numbered(16));
  });
});

describe('writers of the log', () => {
  it('that are rolled back leave no hole', async () => {
    const before = await headOf(one);
    const log = one.app.get(EventLog);
    await append(one, 'a');
    const undone = one.dataSource.transaction(async (tx) => {
      await log.append(tx, [eventAbout('undone'), eventAbout('undone')]);
      throw new Error('as planned');
    });
    await expect(undone).rejects.toThrow('as planned');
    await append(two, 'b');
    await one.settle('recorder');
    expect(await records.all()).toMatchObject([
      { subject: 'a', position: before + 1 },
      { subject: 'b', position: before + 2 },
    ]);
  });

  it('wait for one that has not committed, so a consumer never passes it', async () => {
    const slow = one.dataSource.createQueryRunner();
    await slow.startTransaction();
    await one.app.get(EventLog).append(slow.manager, [eventAbout('slow')]);
    const fast = append(two, 'fast');
    await untilOneWaits(one.dataSource);
    expect(await loopOf(two).runOnce()).toMatchObject({ kind: 'handled', events: 0 });
    await slow.commitTransaction();
    await slow.release();
    await fast;
    await two.settle('recorder');
    expect(await records.subjects()).toEqual(['slow', 'fast']);
  });
});
