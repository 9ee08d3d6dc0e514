import { DateTime } from 'luxon';
import { giveCalendar, daily, technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import type { OpenSlot, Technician } from './support/service-mobility';

const HOUR = 3_600_000;

let gateway: Gateway;
const replicas: Gateway[] = [];
let technician: Technician;

beforeAll(async () => {
  gateway = await startGateway();
  technician = await technicianOf(gateway);
  await giveCalendar(gateway, 'DAILY');
});
afterAll(async () => {
  for (const other of replicas) await other.close();
  await gateway.close();
});

/** Another gateway on the same database, with settings of its own. */
async function replica(env: Record<string, string>): Promise<Gateway> {
  const started = await startGateway({ databaseUrl: gateway.databaseUrl, env });
  replicas.push(started);
  return started;
}

function inAuckland(instant: string): DateTime {
  return DateTime.fromISO(instant, { zone: 'Pacific/Auckland' });
}

function constraint(
  type: string | number,
  start: string | Date,
  end: string | Date,
): Record<string, unknown> {
  const Period = { Start: new Date(start).toISOString(), End: new Date(end).toISOString() };
  return { Type: type, Period };
}

function later(instant: string, hours: number): Date {
  return new Date(Date.parse(instant) + hours * HOUR);
}

/** What is offered to a customer with these periods, as numbers of the slots that are offered to everybody. */
async function suiting(...timeConstraints: Record<string, unknown>[]): Promise<number[]> {
  const job = { orderNum: 'WO-1', serviceAreaId: 'DAILY' };
  const all = (await technician.openSlots(job)).map(({ ID }) => ID);
  const offered = await technician.openSlots({ ...job, timeConstraints });
  return offered.map(({ ID }) => all.indexOf(ID));
}

async function slot(index: number): Promise<OpenSlot['Period']> {
  const slots = await technician.openSlots({ orderNum: 'WO-1', serviceAreaId: 'DAILY' });
  const found = slots[index];
  if (!found) throw new Error(`there are only ${slots.length} slots`);
  return found.Period;
}

describe('on a fresh installation', () => {
  it('mornings and afternoons of working days in New Zealand are offered, two weeks ahead', async () => {
    const { status, body } = await technician.search({ orderNum: 'WO-1' });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['TimeConstraints']);
    const slots = body['TimeConstraints'] as OpenSlot[];
    expect(slots.length).toBeGreaterThanOrEqual(12);
    expect(slots.length).toBeLessThanOrEqual(22);
    const now = DateTime.now();
    for (const { Period, Type, Desc, ID } of slots) {
      const [start, end] = [inAuckland(Period.Start), inAuckland(Period.End)];
      expect(start.weekday).toBeLessThan(6);
      expect(['08:00 12:00', '13:00 17:00']).toContain(`${start.toFormat('HH:mm')} ${end.toFormat('HH:mm')}`);
      expect(start.diff(now, 'minutes').minutes).toBeGreaterThan(119);
      expect(
        start.startOf('day').diff(now.setZone('Pacific/Auckland').startOf('day'), 'days').days,
      ).toBeLessThan(15);
      expect(Type).toBe('1001');
      expect(Desc).toBe(`${start.toFormat('ccc d LLL yyyy, HH:mm')} to ${end.toFormat('HH:mm')}`);
      const compact = (time: DateTime): string => time.toUTC().toFormat("yyyyMMdd'T'HHmmss'Z'");
      expect(ID).toBe(`${compact(start)}-${compact(end)}@HAM-EAST`);
      expect(Period.Start).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    expect(slots.map(({ Period }) => Period.Start)).toEqual(
      slots.map(({ Period }) => Period.Start).toSorted(),
    );
  });
});

it('the same slots have the same ids each time', async () => {
  const job = { orderNum: 'WO-1', serviceAreaId: 'DAILY' };
  const first = await technician.openSlots(job);
  expect(first.length).toBeGreaterThan(12);
  expect(await technician.openSlots({ ...job, orderNum: 'WO-2' })).toEqual(first);
});

it('the calendar’s category of a slot is what the partner has configured', async () => {
  const other = await replica({ FOLLOWUP_SLOT_TYPE: '7001' });
  const one = await technicianOf(other);
  const job = { orderNum: 'WO-TYPE', serviceAreaId: 'TYPES' };
  const [first] = await one.openSlots(job);
  expect(first?.Type).toBe('7001');
  expect((await one.book(job, first ?? {})).status).toBe(200);
  expect((await one.book({ ...job, orderNum: 'WO-TYPE-2' }, { ...first, Type: '1001' })).status).toBe(400);
});

describe('a customer', () => {
  it('who is not available in a part of a window is not offered it', async () => {
    const { Start, End } = await slot(3);
    expect(await suiting(constraint('1003', later(End, -0.001), later(End, 1)))).not.toContain(3);
    expect(await suiting(constraint('1003', later(Start, -1), later(Start, 0.001)))).not.toContain(3);
    expect(await suiting(constraint(1003, later(Start, 1), later(Start, 2)))).not.toContain(3);
  });

  it('who is available again when the window begins, or until it ends, is offered it', async () => {
    const { Start, End } = await slot(3);
    const around = [constraint('1003', later(Start, -1), Start), constraint('1003', End, later(End, 1))];
    expect(await suiting(...around)).toContain(3);
  });

  it('who names times is offered only windows that lie within them from beginning to end', async () => {
    const [third, fourth] = [await slot(3), await slot(4)];
    expect(await suiting(constraint('1002', third.Start, third.End))).toEqual([3]);
    expect(await suiting(constraint('1002', third.Start, fourth.End))).toEqual([3, 4]);
    expect(await suiting(constraint('1002', later(third.Start, 0.001), fourth.End))).toEqual([4]);
    expect(await suiting(constraint('1002', third.Start, later(fourth.End, -0.001)))).toEqual([3]);
  });

  it('whose times follow one another without a gap has the window that they cover together', async () => {
    const { Start, End } = await slot(3);
    const [morning, noon] = [
      constraint('1002', Start, later(Start, 2)),
      constraint('1002', later(Start, 2), End),
    ];
    expect(await suiting(noon, morning)).toEqual([3]);
    expect(await suiting(morning, constraint('1002', later(Start, 2.001), End))).toEqual([]);
  });

  it('who is available and not available at the same time is not available', async () => {
    const { Start, End } = await slot(3);
    expect(await suiting(constraint('1002', Start, End), constraint('1003', Start, End))).toEqual([]);
  });

  it('who takes a constraint away again is offered as if it were not there', async () => {
    const { Start, End } = await slot(3);
    expect(await suiting({ ...constraint('1003', Start, End), Delete: true })).toContain(3);
    expect(await suiting({ ...constraint('1002', Start, End), Delete: true })).toContain(4);
  });

  it('with a constraint of another kind is offered everything', async () => {
    const { Start, End } = await slot(3);
    expect(await suiting(constraint('1001', Start, End), constraint('1099', Start, End))).toContain(4);
  });
});

describe('when nothing is free', () => {
  it.each([
    ['the calendar has no windows', 'NOTHING', { windows: [] }],
    ['all windows are beyond the lead time', 'LATER', { leadMinutes: 89 * 24 * 60 }],
  ])('because %s: an empty list, and a word about it', async (_case, area, calendar) => {
    await giveCalendar(gateway, area, calendar);
    const { status, body } = await technician.search({ orderNum: 'WO-1', serviceAreaId: area });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        StatusMsg: 'No appointment is free within 14 days at a time that suits the customer.',
        TimeConstraints: [],
      },
    });
  });

  it('because all is booked: the same', async () => {
    await giveCalendar(gateway, 'ONE', { horizonDays: 1 });
    const job = { orderNum: 'WO-1', serviceAreaId: 'ONE' };
    for (const [index, open] of (await technician.openSlots(job)).entries()) {
      expect((await technician.book({ ...job, orderNum: `WO-ONE-${index}` }, open)).status).toBe(200);
    }
    expect((await technician.search(job)).body).toEqual({
      StatusMsg: 'No appointment is free within a day at a time that suits the customer.',
      TimeConstraints: [],
    });
  });
});

it('one service area does not see what is booked in another', async () => {
  await giveCalendar(gateway, 'NORTH', { windows: daily(1, '09:00', '10:00') });
  await giveCalendar(gateway, 'SOUTH', { windows: daily(1, '09:00', '10:00') });
  const [north, south] = ['NORTH', 'SOUTH'].map((serviceAreaId) => ({ orderNum: 'WO-N', serviceAreaId }));
  const [first] = await technician.openSlots(north ?? { orderNum: '' });
  const before = await technician.openSlots(south ?? { orderNum: '' });
  expect((await technician.book(north ?? { orderNum: '' }, first ?? {})).status).toBe(200);
  expect(await technician.openSlots(south ?? { orderNum: '' })).toEqual(before);
});

it('however far the horizon, a search is two statements', async () => {
  const windows = [daily(3, '00:00', '06:00'), daily(3, '06:00', '12:00'), daily(3, '12:00', '18:00')].flat();
  await giveCalendar(gateway, 'FAR', { horizonDays: 89, windows });
  const { master } = gateway.dataSource.driver as object as { master: { query: () => Promise<unknown> } };
  const statements = jest.spyOn(master, 'query');
  const slots = await technician.openSlots({ orderNum: 'WO-1', serviceAreaId: 'FAR' });
  expect(slots.length).toBeGreaterThanOrEqual(89 * 3);
  expect(statements).toHaveBeenCalledTimes(2);
  statements.mockRestore();
});
