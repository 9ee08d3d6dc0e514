import { MAIL_ENDPOINT } from '../../src/delivery/endpoint-name';
import { Endpoints } from '../../src/delivery/endpoints';

const A = 'https://a.example.nz';
const HOUR_MS = 3_600_000;
/** In the middle of the jitter: the first hold is 10 s. */
const middle = (): number => 0.5;

function endpoints(options: { endpointConcurrency?: number; mailConcurrency?: number } = {}): Endpoints {
  return new Endpoints({ endpointConcurrency: 16, mailConcurrency: 5, ...options }, middle);
}

/** So many deliveries, one after the other at one time. */
function deliver(to: Endpoints, count: number, succeeded: boolean | undefined, now = 0): void {
  for (let n = 0; n < count; n += 1) to.take(A, now).release(succeeded, now);
}

/** An endpoint that is held until 10 s after 0. */
function held(): Endpoints {
  const all = endpoints();
  deliver(all, 5, false);
  expect(all.freeSlots(9999).get(A)).toBe(0);
  return all;
}

describe('slots', () => {
  it('are all free where nothing is under way', () => {
    expect(endpoints().freeSlots(0).has(A)).toBe(false);
  });

  it('are taken and given back, each once', () => {
    const all = endpoints();
    const slots = [all.take(A, 0), all.take(A, 0)];
    expect(all.freeSlots(0).get(A)).toBe(14);
    for (const slot of [...slots, ...slots]) slot.release(true, 0);
    const again = all.take(A, 0);
    expect(all.freeSlots(0).get(A)).toBe(15);
    again.release(true, 0);
    expect(all.freeSlots(0).has(A)).toBe(false);
  });

  it('are never fewer than none', () => {
    const all = endpoints({ endpointConcurrency: 1 });
    all.take(A, 0);
    all.take(A, 0);
    expect(all.freeSlots(0).get(A)).toBe(0);
  });

  it('of the mail server are as many as it has connections, or fewer', () => {
    const all = endpoints();
    all.take(MAIL_ENDPOINT, 0);
    expect(all.freeSlots(0).get(MAIL_ENDPOINT)).toBe(4);
    expect(endpoints({ endpointConcurrency: 2 }).freeSlots(0).get(MAIL_ENDPOINT)).toBe(2);
  });
});

describe('an endpoint that fails', () => {
  it('is held, and then gets one to see', () => {
    const all = held();
    expect(all.freeSlots(10_000).get(A)).toBe(1);
    const probe = all.take(A, 10_000);
    expect(all.freeSlots(10_001).get(A)).toBe(0);
    probe.release(true, 10_002);
    expect(all.freeSlots(10_002).has(A)).toBe(false);
  });

  it('is held twice as long when that one fails', () => {
    const all = held();
    all.take(A, 10_000).release(false, 10_000);
    expect(all.freeSlots(29_999).get(A)).toBe(0);
    expect(all.freeSlots(30_000).get(A)).toBe(1);
  });

  it('is held no longer by what was claimed just before it was held', () => {
    const all = held();
    // The claim was on its way to the database when the fifth failure came back.
    const late = [all.take(A, 1), all.take(A, 1)];
    for (const slot of late) slot.release(false, 2);
    expect(all.freeSlots(9999).get(A)).toBe(0);
    expect(all.freeSlots(10_000).get(A)).toBe(1);
  });

  it('is judged by the one that was let through, not by one that came along', () => {
    const all = held();
    const probe = all.take(A, 10_000);
    const other = all.take(A, 10_000);
    other.release(true, 10_001);
    expect(all.freeSlots(10_001).get(A)).toBe(0);
    probe.release(false, 10_001);
    expect(all.freeSlots(30_000).get(A)).toBe(0);
    expect(all.freeSlots(30_001).get(A)).toBe(1);
  });

  it('gets another one at once when the first tells nothing', () => {
    const all = held();
    all.take(A, 10_000).release(undefined, 10_500);
    expect(all.freeSlots(10_500).get(A)).toBe(1);
  });

  it('is held when every other delivery fails, one after the other', () => {
    const all = endpoints();
    for (let n = 0; n < 11; n += 1) {
      deliver(all, 1, true, n);
      all.freeSlots(n);
      deliver(all, 1, false, n);
    }
    expect(all.freeSlots(20).get(A)).toBe(0);
  });

  it('is forgotten when nothing has been delivered to it for an hour', () => {
    const all = held();
    expect(all.freeSlots(HOUR_MS).get(A)).toBe(1);
    expect(all.freeSlots(HOUR_MS + 1).has(A)).toBe(false);
  });

  it('is not forgotten as long as something is under way', () => {
    const all = endpoints();
    all.take(A, 0);
    expect(all.freeSlots(2 * HOUR_MS).get(A)).toBe(15);
  });
});
