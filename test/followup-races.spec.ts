import { eventsOf } from './support/events';
import { cancel, daily, expectPlacesOfBookings, giveCalendar, technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import type { Answer } from './support/http';
import { rowCounts } from './support/rows';
import { untilOneWaits } from './support/table-lock';
import type { OpenSlot, Technician } from './support/service-mobility';

/** Two replicas on one database. */
let one: Gateway;
let two: Gateway;
let technicians: [Technician, Technician];

/** One on the first replica, and one on the second, in turn. */
function technician(index: number): Technician {
  return index % 2 === 0 ? technicians[0] : technicians[1];
}

let areas = 0;

beforeAll(async () => {
  one = await startGateway();
  two = await startGateway({ databaseUrl: one.databaseUrl });
  technicians = [await technicianOf(one), await technicianOf(two)];
});
afterAll(async () => {
  await two.close();
  await one.close();
});
afterEach(() => expectPlacesOfBookings(one));

async function newArea(capacity: number): Promise<{ serviceAreaId: string; slots: OpenSlot[] }> {
  areas += 1;
  const serviceAreaId = `RACE-${areas}`;
  await giveCalendar(one, serviceAreaId, { windows: daily(capacity) });
  return { serviceAreaId, slots: await technicians[0].openSlots({ orderNum: 'WO-0', serviceAreaId }) };
}

/** How many answers there are of each kind: `{ 200: 1, 'followup-slot-taken': 199 }`. */
function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const kind = status === 200 ? '200' : String(body['type']).replace('urn:problem-type:karere:', '');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function confirmedEvents(area: string): Promise<number> {
  return eventsOf(one).then(
    (events) =>
      events.filter(
        ({ type, data }) =>
          type === 'followup.booking.confirmed' && 'serviceAreaId' in data && data.serviceAreaId === area,
      ).length,
  );
}

it.each([1, 7])(
  '200 who want one of %i places at the same instant: so many get one, and all others are told that it is taken',
  async (capacity) => {
    const { serviceAreaId, slots } = await newArea(capacity);
    const before = await rowCounts(one.dataSource);
    const started = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        technician(index).book({ orderNum: `WO-R${capacity}-${index}`, serviceAreaId }, slots[0] ?? {}),
      ),
    );
    const ms = performance.now() - started;
    expect(tally(answers)).toEqual({ '200': capacity, 'followup-slot-taken': 200 - capacity });
    expect(new Set(answers.map((answer) => answer.body['OrderNum'])).size).toBe(capacity + 1);
    const after = await rowCounts(one.dataSource);
    expect(after).toEqual({
      ...before,
      followup_window: (before['followup_window'] ?? 0) + 1,
      followup_booking: (before['followup_booking'] ?? 0) + capacity,
      followup_part_order: (before['followup_part_order'] ?? 0) + capacity,
      domain_event: (before['domain_event'] ?? 0) + capacity,
    });
    expect(await confirmedEvents(serviceAreaId)).toBe(capacity);
    expect(ms).toBeLessThan(10_000);
  },
);

it.each([1, 50])(
  'one who asks 40 times for one of %i places at the same instant gets one visit, and the same answer each time',
  async (capacity) => {
    const { serviceAreaId, slots } = await newArea(capacity);
    const job = { orderNum: `WO-SAME-${capacity}`, serviceAreaId };
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => technician(index).book(job, slots[0] ?? {})),
    );
    expect(tally(answers)).toEqual({ '200': 40 });
    expect(new Set(answers.map((answer) => answer.bytes.toString())).size).toBe(1);
    expect(await confirmedEvents(serviceAreaId)).toBe(1);
  },
);

it('one who asks for all windows at the same instant gets one of them', async () => {
  const { serviceAreaId, slots } = await newArea(5);
  const answers = await Promise.all(
    slots.map((slot, index) => technician(index).book({ orderNum: 'WO-ALL', serviceAreaId }, slot)),
  );
  expect(tally(answers)).toEqual({ '200': 1, 'followup-order-booked': slots.length - 1 });
});

it('who books and cancels the same order at the same instant, again and again, leaves neither a place nor a visit too many', async () => {
  const { serviceAreaId, slots } = await newArea(1);
  const job = { orderNum: 'WO-BACK-AND-FORTH', serviceAreaId };
  const statuses = new Set<number>();
  for (let round = 0; round < 15; round += 1) {
    const booked = await technicians[0].book(job, slots[round % 3] ?? {});
    const orderNum = String(booked.body['OrderNum']);
    const answers = await Promise.all([
      cancel(one, orderNum),
      technicians[1].book(job, slots[(round + 1) % 3] ?? {}),
      cancel(two, orderNum),
      technicians[0].book(job, slots[(round + 2) % 3] ?? {}),
    ]);
    for (const { status } of answers) statuses.add(status);
    await expectPlacesOfBookings(one);
    for (const { body } of answers) {
      if ('OrderNum' in body) await cancel(one, String(body['OrderNum']));
    }
  }
  expect([...statuses].filter((status) => status !== 200 && status !== 409)).toEqual([]);
});

it('who is refused the place at the last moment, by the database, leaves nothing', async () => {
  const { serviceAreaId, slots } = await newArea(1);
  const { Start, End } = slots[0]?.Period ?? {};
  const before = await rowCounts(one.dataSource);
  const refused = await one.dataSource.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO followup_window (service_area_id, starts_at, ends_at, booked, capacity) VALUES ($1, $2, $3, 1, 1)`,
      [serviceAreaId, Start, End],
    );
    // It looks before this commits, sees room, and then has to wait for the row.
    const asking = technicians[0].book({ orderNum: 'WO-LATE', serviceAreaId }, slots[0] ?? {});
    await untilOneWaits(one.dataSource);
    return { asking };
  });
  expect(await refused.asking).toMatchObject({
    status: 409,
    body: { type: 'urn:problem-type:karere:followup-slot-taken' },
  });
  expect(await rowCounts(one.dataSource)).toEqual({
    ...before,
    followup_window: (before['followup_window'] ?? 0) + 1,
  });
  await one.dataSource.query('DELETE FROM followup_window WHERE service_area_id = $1', [serviceAreaId]);
});

it('a place too many is refused by the table itself', async () => {
  await expect(
    one.dataSource.query(
      `INSERT INTO followup_window (service_area_id, starts_at, ends_at, booked, capacity) VALUES ('X', now(), now(), 2, 1)`,
    ),
  ).rejects.toThrow('followup_window_capacity');
});
