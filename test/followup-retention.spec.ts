import { BookingRetention } from '../src/followup-booking/booking-retention.service';
import { cancel, daily, expectPlacesOfBookings, giveCalendar, technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import { read } from './support/http';
import type { Job, OpenSlot, Technician } from './support/service-mobility';

const DAYS = 30;
const DAY_MS = 86_400_000;

let one: Gateway;
let two: Gateway;
let technician: Technician;
let orders = 0;
let areas = 0;

beforeAll(async () => {
  const env = { RETENTION_DAYS: String(DAYS) };
  one = await startGateway({ env });
  two = await startGateway({ env, databaseUrl: one.databaseUrl });
  technician = await technicianOf(one);
});
afterEach(() => expectPlacesOfBookings(one));
afterAll(async () => {
  await two.close();
  await one.close();
});

interface Visit {
  readonly orderNum: string;
  readonly job: Job;
  readonly start: Date;
  readonly end: Date;
}

async function newArea(capacity = 1): Promise<string> {
  areas += 1;
  await giveCalendar(one, `OLD-${areas}`, { windows: daily(capacity) });
  return `OLD-${areas}`;
}

/** Books the first slot, for a work order of its own. */
async function book(area: string): Promise<Visit> {
  orders += 1;
  const job = { orderNum: `WO-O${orders}`, serviceAreaId: area };
  const [slot] = (await technician.openSlots(job)) as [OpenSlot];
  const { body } = await technician.book(job, slot);
  const { Start, End } = slot.Period;
  return { orderNum: String(body['OrderNum']), job, start: new Date(Start), end: new Date(End) };
}

/** Takes away what is old when so many days have passed since an instant, and the milliseconds besides. */
function dropOld(since: Date, days: number, ms = 0, gateway = one): Promise<void> {
  return gateway.app.get(BookingRetention).dropOld(new Date(since.getTime() + days * DAY_MS + ms));
}

/** The visits that are there, and how many rows other tables have for them. */
async function kept(): Promise<{ visits: string[]; partOrders: number; windows: number }> {
  const [row] = await one.dataSource.query<{ visits: string[]; partOrders: number; windows: number }[]>(`
    SELECT ARRAY(SELECT order_num FROM followup_booking ORDER BY 1) AS visits,
      (SELECT count(*)::int FROM followup_part_order) AS "partOrders",
      (SELECT count(*)::int FROM followup_window) AS windows`);
  return row ?? { visits: [], partOrders: 0, windows: 0 };
}

/** Visits that ended in windows of a hundred places, so many minutes ago, as if they had been booked and kept. */
async function insertEnded(count: number, minutesAgo: number): Promise<void> {
  await one.dataSource.query(
    `WITH visit AS (
       INSERT INTO followup_booking (order_num, original_order_num, service_area_id, starts_at, ends_at, time_zone,
         order_type, remind_at, transaction_id, body, repaired)
       SELECT 'OLD-' || n, 'WO-OLD-' || n, 'AREA-' || n / 100, ended - interval '4 hours', ended, 'UTC', '1',
         ended, 't', '{}', false
       FROM generate_series(1, $1::int) AS n, (SELECT date_trunc('minute', now()) - $2 * interval '1 minute') AS i (ended)
       RETURNING order_num, service_area_id, starts_at, ends_at
     ), parts AS (
       INSERT INTO followup_part_order SELECT order_num, order_num || '-P1', '{X}' FROM visit
     )
     INSERT INTO followup_window SELECT service_area_id, starts_at, ends_at, count(*), 100 FROM visit GROUP BY 1, 2, 3`,
    [count, minutesAgo],
  );
}

/** How many visits both replicas say in the log that they have dropped. */
function reported(): number {
  const lines = [...one.logs, ...two.logs].filter(({ msg }) => String(msg).endsWith('were dropped'));
  return lines.reduce((sum, { visits }) => sum + Number(visits), 0);
}

const NOTHING = { visits: [], partOrders: 0, windows: 0 };

beforeEach(async () => {
  await one.dataSource.query('TRUNCATE followup_booking, followup_part_order, followup_window');
});

it('a visit goes when its end is longer ago than the retention, and not a millisecond before, with its parts and its window', async () => {
  const area = await newArea();
  const { orderNum, job, end } = await book(area);
  await dropOld(end, DAYS);
  expect(await kept()).toEqual({ visits: [orderNum], partOrders: 1, windows: 1 });
  await dropOld(end, DAYS, 1);
  expect(await kept()).toEqual(NOTHING);
  const path = `/followup-booking/bookings/${orderNum}`;
  expect((await read(one, path, { scope: 'bookings:read' })).status).toBe(404);
  expect((await technician.openSlots(job)).length).toBeGreaterThan(0);
  expect((await book(area)).orderNum).not.toBe(orderNum);
});

it('a visit that is still to come stays, however long ago it was booked; so does one that was cancelled', async () => {
  const area = await newArea();
  const first = await book(area);
  await cancel(one, first.orderNum);
  const second = await book(area);
  await one.dataSource.query(
    `UPDATE followup_booking SET booked_at = booked_at - interval '1 year', cancelled_at = cancelled_at - interval '1 year'`,
  );
  await dropOld(new Date(), 0);
  await dropOld(second.start, 0, -1);
  expect(await kept()).toEqual({ visits: [first.orderNum, second.orderNum], partOrders: 2, windows: 1 });
});

it('a visit that was cancelled after it was over goes as long after that', async () => {
  const { orderNum, end } = await book(await newArea());
  await cancel(one, orderNum);
  const cancelledAt = new Date(end.getTime() + 5 * DAY_MS);
  await one.dataSource.query('UPDATE followup_booking SET cancelled_at = $1', [cancelledAt]);
  await dropOld(cancelledAt, DAYS);
  expect((await kept()).visits).toEqual([orderNum]);
  await dropOld(cancelledAt, DAYS, 1);
  expect(await kept()).toEqual(NOTHING);
});

it('a window stays as long as one of its visits', async () => {
  const area = await newArea(2);
  const [first, second] = [await book(area), await book(area)];
  expect(second.end).toEqual(first.end);
  await one.dataSource.transaction(async (tx) => {
    // Somebody has the second one in hand, and is not waited for.
    await tx.query('SELECT FROM followup_booking WHERE order_num = $1 FOR UPDATE', [second.orderNum]);
    await dropOld(first.end, DAYS, 1);
    expect(await kept()).toEqual({ visits: [second.orderNum], partOrders: 1, windows: 1 });
    await tx.query('UPDATE followup_window SET booked = booked - 1');
  });
  await dropOld(first.end, DAYS, 1);
  expect(await kept()).toEqual(NOTHING);
});

it('thousands go in steps, also when replicas are at it at the same time, and what is younger stays', async () => {
  const young = await book(await newArea());
  await insertEnded(3500, DAYS * 24 * 60 + 1);
  const before = reported();
  await Promise.all([one, two, one].map((gateway) => dropOld(new Date(), 0, 0, gateway)));
  // Who comes while another is at a step leaves it to that one, which goes on until nothing is left.
  expect(await kept()).toEqual({ visits: [young.orderNum], partOrders: 1, windows: 1 });
  expect(reported() - before).toBe(3500);
});

it('one step that fails leaves nothing half done, and those before it stay done', async () => {
  await insertEnded(1500, DAYS * 24 * 60 + 1);
  await one.dataSource.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$;
    CREATE TRIGGER refuse BEFORE DELETE ON followup_part_order FOR EACH ROW
      WHEN (old.order_num = 'OLD-999') EXECUTE FUNCTION refuse()`);
  await expect(dropOld(new Date(), 0)).rejects.toThrow('not this one');
  const { visits, partOrders } = await kept();
  expect([visits.length, partOrders]).toEqual([500, 500]);
  await one.dataSource.query('DROP TRIGGER refuse ON followup_part_order; DROP FUNCTION refuse');
  await dropOld(new Date(), 0);
  expect(await kept()).toEqual(NOTHING);
});
