import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { Signal } from '../../src/database/signal';
import { claim, type Claimed, type ClaimOptions } from '../../src/delivery/claim';
import { Claims } from '../../src/delivery/claims';
import { Courses } from '../../src/delivery/courses';
import type { Delivery } from '../../src/delivery/delivery';
import { Dispatcher } from '../../src/delivery/dispatcher';
import type { Outcomes } from '../../src/delivery/outcomes';

jest.mock('../../src/delivery/claim');
// So that fake timers drive it, too.
jest.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
}));

const WITHIN_MS = 100;

let due: Signal;
let dispatcher: Dispatcher;
let looks: ClaimOptions[];
let logged: jest.Mock;
let brokenOff: jest.Mock;
/** What a look at the queue finds. */
let find: (options: ClaimOptions) => { claimed?: Claimed[]; scannedTo?: string };
/** What a delivery does. */
let attempt: () => Promise<Awaited<ReturnType<Delivery['attempt']>>>;
/** Writes down what came of one. */
let write: () => Promise<void>;

beforeEach(() => {
  jest.useFakeTimers();
  due = new Signal();
  looks = [];
  logged = jest.fn();
  brokenOff = jest.fn();
  find = () => ({});
  attempt = () => Promise.resolve(SENT);
  write = () => Promise.resolve();
  jest.mocked(claim).mockImplementation((_dataSource, options) => {
    looks.push(options);
    return Promise.resolve({ claimed: [], scannedTo: '', ...find(options) });
  });
  const options = {
    concurrency: 8,
    endpointConcurrency: 4,
    mailConcurrency: 1,
    leaseMs: 60_000,
    drainMs: 1000,
  };
  const claims = new Claims({} as DataSource, options);
  const delivery = { attempt: () => attempt(), breakOff: brokenOff } as unknown as Delivery;
  const outcomes = { write: () => write() } as unknown as Outcomes;
  const logger = { error: logged, warn: logged } as unknown as Logger;
  dispatcher = new Dispatcher(claims, new Courses(claims, delivery, outcomes, logger), due, logger);
});

afterEach(async () => {
  const stopped = dispatcher.stop();
  await jest.advanceTimersByTimeAsync(60_000);
  await stopped;
  jest.useRealTimers();
});

const SENT = {
  outcome: { kind: 'answered', status: 200, answer: '', durationMs: 1 },
  decision: { kind: 'sent' },
} as const;

function notifications(count: number, endpoint = 'https://a.example.nz'): Claimed[] {
  return Array.from({ length: count }, () => ({ endpoint }) as Claimed);
}

/** The dispatcher runs, and this is how often it looked at the queue in that time. */
async function looksIn(ms: number): Promise<number> {
  const before = looks.length;
  await jest.advanceTimersByTimeAsync(ms);
  return looks.length - before;
}

describe('the loop of the dispatcher', () => {
  it('looks twice a second when nothing is due', async () => {
    dispatcher.start();
    expect(await looksIn(10_000)).toBeLessThanOrEqual(21);
    expect(await looksIn(10_000)).toBeGreaterThanOrEqual(19);
  });

  it('looks at once when it is told that something is due', async () => {
    dispatcher.start();
    await looksIn(WITHIN_MS);
    due.wake();
    expect(await looksIn(1)).toBe(1);
  });

  it('looks again when it is told while it looks', async () => {
    find = () => {
      if (looks.length === 1) due.wake();
      return {};
    };
    dispatcher.start();
    await looksIn(1);
    expect(looks).toHaveLength(2);
  });

  it('looks at all endpoints again when it was told while it looked at the first of many', async () => {
    find = ({ after }) => {
      if (looks.length === 1) due.wake();
      return { scannedTo: after === '' ? 'm' : '' };
    };
    dispatcher.start();
    await looksIn(1);
    expect(looks.map(({ after }) => after)).toEqual(['', 'm', '', 'm']);
  });

  it('looks at the first endpoints again when it had taken something there', async () => {
    find = ({ after }) => ({
      claimed: looks.length === 1 ? notifications(4) : [],
      scannedTo: after === '' ? 'm' : '',
    });
    dispatcher.start();
    await looksIn(1);
    expect(looks.map(({ after }) => after)).toEqual(['', 'm', '', 'm']);
  });

  it('keeps nothing of all the times that it was told of nothing', async () => {
    dispatcher.start();
    for (let n = 0; n < 1000; n += 1) {
      due.wake();
      await jest.advanceTimersByTimeAsync(1);
    }
    await jest.advanceTimersByTimeAsync(1000);
    expect(jest.getTimerCount()).toBeLessThanOrEqual(4);
    find = () => ({ claimed: looks.length % 2 === 0 ? notifications(1) : [] });
    due.wake();
    await jest.advanceTimersByTimeAsync(2);
    expect(jest.getTimerCount()).toBeLessThanOrEqual(8);
  });

  it('tries again when it can not look, and not in a hurry', async () => {
    find = () => {
      throw new Error('the database is away');
    };
    dispatcher.start();
    expect(await looksIn(5000)).toBeLessThanOrEqual(11);
    find = () => ({});
    expect(await looksIn(1000)).toBeGreaterThan(0);
  });

  it('does not go in circles with what it can not even compose', async () => {
    // As many as there are free slots, each time.
    find = ({ freeSlots, slotsPerEndpoint }) => ({
      claimed: notifications(freeSlots.get('https://a.example.nz') ?? slotsPerEndpoint),
    });
    attempt = () => Promise.reject(new Error('there is no key for it'));
    dispatcher.start();
    expect(await looksIn(2000)).toBeLessThan(30);
    expect(logged.mock.calls.length).toBeGreaterThan(0);
    expect(logged.mock.calls.length).toBeLessThanOrEqual(4 * 8);
  });
});

describe('while receivers hang', () => {
  beforeEach(() => {
    attempt = () => new Promise((resolve) => setTimeout(resolve, 30_000, SENT));
    find = ({ limit }) => ({
      claimed: Array.from({ length: limit }, (_, n) =>
        notifications(1, `https://${looks.length}-${n}.nz`),
      ).flat(),
    });
  });

  it('there is an end to what is taken', async () => {
    dispatcher.start();
    await looksIn(1);
    expect(looks.map(({ limit }) => limit)).toEqual([8]);
    await looksIn(20_000);
    // Slow ones make room, up to four times as many.
    expect(looks.map(({ limit }) => limit)).toEqual([8, 8, 8, 8]);
  });

  it('nothing more is taken once it is to stop, and they are broken off after a while', async () => {
    dispatcher.start();
    await looksIn(20_000);
    const stopped = dispatcher.stop();
    expect(await looksIn(900)).toBe(0);
    expect(brokenOff).not.toHaveBeenCalled();
    expect(await looksIn(200)).toBe(0);
    expect(brokenOff).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(30_000);
    await stopped;
  });
});

describe('while nothing can be written down', () => {
  let written: () => void;

  beforeEach(() => {
    const writing = new Promise<void>((resolve) => {
      written = resolve;
    });
    write = () => writing;
    find = ({ limit }) => ({ claimed: notifications(limit) });
  });

  it('others are delivered, but there is an end to what is taken', async () => {
    dispatcher.start();
    await looksIn(20_000);
    expect(looks.map(({ limit }) => limit)).toEqual(Array<number>(8).fill(8));
    find = () => ({});
    written();
    expect(await looksIn(1000)).toBeGreaterThan(0);
  });

  it('it does not stop before that is done', async () => {
    dispatcher.start();
    await looksIn(1000);
    const over = jest.fn();
    const stopped = dispatcher.stop().then(over);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(over).not.toHaveBeenCalled();
    written();
    await stopped;
    expect(over).toHaveBeenCalled();
  });
});
