import { GapConfirmation } from '../src/spg/gap-confirmation.service';
import { GapRetention } from '../src/spg/gap-retention.service';
import { eventsOf } from './support/events';
import {
  afterOpening,
  arrive,
  arriveAndLook,
  briefGapsOf,
  gapEventsOf,
  gapsOf,
  isGapEvent,
} from './support/gaps';
import { type Gateway, startGateway } from './support/gateway';
import { send } from './support/http';
import { metricOf } from './support/metrics';
import { notification } from './support/notification';
import { rowCounts, startOver } from './support/rows';

const GRACE_MS = 30_000;

/** Two replicas on one database. */
let gateway: Gateway;
let other: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ env: { OWNER_PARTY_ID: 'us' } });
  other = await startGateway({ databaseUrl: gateway.databaseUrl, env: { OWNER_PARTY_ID: 'us' } });
});
beforeEach(async () => {
  await startOver(gateway.dataSource);
  gateway.logs.length = 0;
});
afterAll(async () => {
  await other.close();
  await gateway.close();
});

function confirmOverdue(now: Date, { app } = gateway): Promise<number> {
  return app.get(GapConfirmation).confirmOverdue(now);
}

describe('a gap is opened', () => {
  it('by no first notification, whatever its number: it is the baseline', async () => {
    await arriveAndLook(gateway, 100);
    expect(await gapsOf(gateway)).toEqual([]);
    await arriveAndLook(gateway, 101, 102);
    expect(await gapsOf(gateway)).toEqual([]);
  });

  it('by none from before the baseline', async () => {
    await arriveAndLook(gateway, 100);
    await arriveAndLook(gateway, 50, 99, 0);
    await arriveAndLook(gateway, 101);
    expect(await gapsOf(gateway)).toEqual([]);
    expect(await gapEventsOf(gateway)).toEqual([]);
  });

  it('when a later number has come, and is stated', async () => {
    await arriveAndLook(gateway, 100, 101, 105);
    const events = await eventsOf(gateway);
    const openedAt = events[2]?.time;
    expect(await gapsOf(gateway)).toEqual([{ from: '102', to: '104', state: 'opened', openedAt }]);
    expect(events.filter(isGapEvent)).toEqual([
      expect.objectContaining({
        type: 'spg.gap.opened',
        source: '/spg',
        subject: '102-104',
        partyIds: ['us'],
        correlationId: null,
        data: { from: '102', to: '104', openedAt },
      }),
    ]);
  });

  it('for each hole, in the order of the numbers', async () => {
    await arriveAndLook(gateway, 100, 110, 102, 106, 105);
    expect(await briefGapsOf(gateway)).toEqual(['101-101 opened', '103-104 opened', '107-109 opened']);
    expect(await gapEventsOf(gateway)).toEqual(['opened 101-101', 'opened 103-104', 'opened 107-109']);
  });

  it('not by another order within what is looked at together', async () => {
    await arriveAndLook(gateway, 100);
    await arriveAndLook(gateway, 103, 101, 104, 102);
    expect(await gapsOf(gateway)).toEqual([]);
    expect(await gapEventsOf(gateway)).toEqual([]);
  });

  it('once, and not again by duplicates and conflicts', async () => {
    await arriveAndLook(gateway, 100, 103);
    await send(gateway, notification('AddTaskNotify', { eventId: '103' }));
    await send(gateway, notification('CloseTaskNotify', { eventId: '103' }));
    await gateway.settle();
    expect(await gapEventsOf(gateway)).toEqual(['opened 101-102']);
  });

  it('as one range, however large', async () => {
    await arriveAndLook(gateway, 0, '9223372036854775807');
    expect(await briefGapsOf(gateway)).toEqual(['1-9223372036854775806 opened']);
    await arriveAndLook(gateway, '5000000000000000000');
    expect(await briefGapsOf(gateway)).toEqual([
      '1-4999999999999999999 opened',
      '5000000000000000000-5000000000000000000 healed late',
      '5000000000000000001-9223372036854775806 opened',
    ]);
    expect(await metricOf(gateway, 'karere_spg_missing_notifications')).toBeCloseTo(2 ** 63, -10);
  });
});

describe('a gap is confirmed', () => {
  beforeEach(() => arriveAndLook(gateway, 100, 103));

  it('when the grace time is over, not a millisecond before', async () => {
    const before = await rowCounts(gateway.dataSource);
    expect(await confirmOverdue(await afterOpening(gateway, GRACE_MS - 1))).toBe(0);
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
    expect(await briefGapsOf(gateway)).toEqual(['101-102 opened']);

    const now = await afterOpening(gateway, GRACE_MS);
    expect(await confirmOverdue(now)).toBe(1);
    const [gap] = await gapsOf(gateway);
    expect(gap).toEqual({ ...gap, state: 'confirmed', confirmedAt: now.toISOString() });
    expect((await eventsOf(gateway)).at(-1)).toMatchObject({
      type: 'spg.gap.confirmed',
      source: '/spg',
      subject: '101-102',
      partyIds: ['us'],
      data: { from: '101', to: '102', openedAt: gap?.openedAt, confirmedAt: now.toISOString() },
    });
    expect(gateway.logs.filter(({ level }) => level === 'error')).toMatchObject([
      { from: '101', to: '102', msg: expect.stringContaining('lost') as string },
    ]);
  });

  it('once, over all replicas', async () => {
    const now = await afterOpening(gateway, GRACE_MS);
    const runs = Array.from({ length: 8 }, (_, n) => confirmOverdue(now, n % 2 ? gateway : other));
    expect((await Promise.all(runs)).reduce((sum, confirmed) => sum + confirmed)).toBe(1);
    expect(await confirmOverdue(new Date(now.getTime() + 3_600_000))).toBe(0);
    expect(await gapEventsOf(gateway)).toEqual(['opened 101-102', 'confirmed 101-102']);
  });

  it('on its own account: a younger one is not', async () => {
    const now = await afterOpening(gateway, GRACE_MS);
    await gateway.dataSource.query(`UPDATE spg_gap SET opened_at = opened_at - interval '1 second'`);
    await arriveAndLook(gateway, 110);
    expect(await confirmOverdue(new Date(now.getTime() - 1000))).toBe(1);
    expect(await briefGapsOf(gateway)).toEqual(['101-102 confirmed', '104-109 opened']);
  });

  it('not while what is missing is stored already and only was not looked at', async () => {
    await arrive(gateway, 102);
    const late = await afterOpening(gateway, 10 * GRACE_MS);
    expect(await confirmOverdue(late)).toBe(0);
    await gateway.settle('spg-gaps');
    expect(await confirmOverdue(late)).toBe(1);
    expect(await briefGapsOf(gateway)).toEqual(['101-101 confirmed', '102-102 healed late']);
  });

  it('after the time that is configured', async () => {
    const hasty = await startGateway({ databaseUrl: gateway.databaseUrl, env: { SPG_GAP_GRACE_MS: '0' } });
    expect(await confirmOverdue(await afterOpening(gateway, 0), hasty)).toBe(1);
    await hasty.close();
  });
});

describe('a gap is healed', () => {
  beforeEach(() => arriveAndLook(gateway, 100, 110));

  it('when all of it comes late, in any order', async () => {
    await arriveAndLook(gateway, 109, 101, 105, 103, 104, 102, 108, 106, 107);
    const [gap, ...more] = await gapsOf(gateway);
    expect(more).toEqual([]);
    const healedAt = (await eventsOf(gateway)).findLast(({ type }) => type === 'spg.task.added')?.time;
    expect(gap).toEqual({
      from: '101',
      to: '109',
      state: 'healed',
      openedAt: gap?.openedAt,
      healedAt,
      healedBy: 'late',
    });
    expect((await eventsOf(gateway)).at(-1)).toMatchObject({
      type: 'spg.gap.healed',
      subject: '101-109',
      partyIds: ['us'],
      data: { from: '101', to: '109', openedAt: gap?.openedAt, healedAt, healedBy: 'late' },
    });
  });

  it('in part: what is left on both sides is what it was', async () => {
    await confirmOverdue(await afterOpening(gateway, GRACE_MS));
    const [whole] = await gapsOf(gateway);
    await arriveAndLook(gateway, 105);
    const [left, healed, right] = await gapsOf(gateway);
    expect(left).toEqual({ ...whole, to: '104' });
    expect(healed).toMatchObject({
      from: '105',
      to: '105',
      state: 'healed',
      confirmedAt: whole?.confirmedAt,
    });
    expect(right).toEqual({ ...whole, from: '106' });
    expect((await gapEventsOf(gateway)).at(-1)).toBe('healed 105-105');
  });

  it.each([
    ['the first of it', [101], ['101-101 healed late', '102-109 opened']],
    ['the last of it', [109], ['101-108 opened', '109-109 healed late']],
    [
      'two parts of it',
      [102, 103, 107],
      ['101-101 opened', '102-103 healed late', '104-106 opened', '107-107 healed late', '108-109 opened'],
    ],
  ])('in part: %s', async (_case, ids, expected) => {
    await arriveAndLook(gateway, ...ids);
    expect(await briefGapsOf(gateway)).toEqual(expected);
  });

  it('piece by piece into one range again', async () => {
    for (const id of [105, 106, 104, 101, 109, 102, 103, 108]) await arriveAndLook(gateway, id);
    expect(await briefGapsOf(gateway)).toEqual([
      '101-106 healed late',
      '107-107 opened',
      '108-109 healed late',
    ]);
    await arriveAndLook(gateway, 107);
    expect(await briefGapsOf(gateway)).toEqual(['101-109 healed late']);
    expect((await gapEventsOf(gateway)).slice(1)).toEqual(
      [105, 106, 104, 101, 109, 102, 103, 108, 107].map((id) => `healed ${id}-${id}`),
    );
  });

  it('by itself when its neighbour had come before it was confirmed', async () => {
    await arriveAndLook(gateway, 101);
    const now = await afterOpening(gateway, GRACE_MS);
    await confirmOverdue(now);
    await arriveAndLook(gateway, 102);
    const [before, after] = await gapsOf(gateway);
    expect([before?.to, before?.confirmedAt]).toEqual(['101', undefined]);
    expect([after?.from, after?.confirmedAt]).toEqual(['102', now.toISOString()]);
  });

  it('together with others that the same notifications lie in', async () => {
    await arriveAndLook(gateway, 105);
    await arriveAndLook(gateway, 112);
    await arriveAndLook(gateway, 103, 104, 106, 107, 111, 120);
    expect(await briefGapsOf(gateway)).toEqual([
      '101-102 opened',
      '103-107 healed late',
      '108-109 opened',
      '111-111 healed late',
      '113-119 opened',
    ]);
    expect((await gapEventsOf(gateway)).slice(-4)).toEqual([
      'healed 103-104',
      'healed 106-107',
      'healed 111-111',
      'opened 113-119',
    ]);
  });

  it('for good: it is not opened or confirmed again', async () => {
    await arriveAndLook(gateway, 101, 102, 103, 104, 105, 106, 107, 108, 109);
    expect(await confirmOverdue(await afterOpening(gateway, 10 * GRACE_MS))).toBe(0);
    await arriveAndLook(gateway, 111);
    expect(await briefGapsOf(gateway)).toEqual(['101-109 healed late']);
  });

  it('also after it was confirmed', async () => {
    const now = await afterOpening(gateway, GRACE_MS);
    await confirmOverdue(now);
    await arriveAndLook(gateway, 101, 102, 103, 104, 105, 106, 107, 108, 109);
    expect(await gapsOf(gateway)).toMatchObject([
      { from: '101', to: '109', state: 'healed', healedBy: 'late', confirmedAt: now.toISOString() },
    ]);
    expect(await metricOf(gateway, 'karere_spg_missing_notifications')).toBe(0);
  });
});

describe('a gap that was healed', () => {
  it('goes when that is longer ago than the retention, and not before; one that misses something stays', async () => {
    await arriveAndLook(gateway, 100, 110);
    await arriveAndLook(gateway, 101, 105);
    const days = 90 * 24 * 3600 * 1000;
    const [healed] = await gapsOf(gateway);
    const over = Date.parse(healed?.healedAt ?? '') + days;
    const retention = gateway.app.get(GapRetention);
    await retention.dropOld(new Date(over));
    expect(await gapsOf(gateway)).toHaveLength(4);
    await retention.dropOld(new Date(over + 1));
    expect(await briefGapsOf(gateway)).toEqual(['102-104 opened', '106-109 opened']);
    const said = gateway.logs.filter(
      ({ msg }) => msg === 'healed gaps of SPG older than the retention were dropped',
    );
    expect(said).toMatchObject([{ gaps: 2 }]);
  });

  it('goes with all others, also when they are many', async () => {
    await gateway.dataSource.query(
      `INSERT INTO spg_gap (from_id, to_id, state, opened_at, healed_at, healed_by)
       SELECT 2 * n, 2 * n, 'healed', '2020-01-01', '2020-01-01', 'late' FROM generate_series(1, 2001) n`,
    );
    await gateway.app.get(GapRetention).dropOld(new Date());
    expect(await gapsOf(gateway)).toEqual([]);
  });
});
