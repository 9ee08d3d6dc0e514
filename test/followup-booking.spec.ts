import { BookJob } from '../src/followup-booking/dto/visit.request';
import { bookingExample } from '../src/followup-booking/dto/examples';
import { fieldsOf } from '../src/fields/field-table';
import { eventsOf } from './support/events';
import { cancel, daily, giveCalendar, expectPlacesOfBookings, technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import { read } from './support/http';
import { rowCounts } from './support/rows';
import type { OpenSlot, Technician } from './support/service-mobility';

let gateway: Gateway;
const replicas: Gateway[] = [];
let technician: Technician;
let areas = 0;
let orders = 0;

beforeAll(async () => {
  gateway = await startGateway();
  technician = await technicianOf(gateway);
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

/** A work order in a service area of its own, and what is offered there. */
async function newJob(
  capacity = 1,
): Promise<{ job: { orderNum: string; serviceAreaId: string }; slots: OpenSlot[] }> {
  areas += 1;
  const serviceAreaId = `AREA-${areas}`;
  await giveCalendar(gateway, serviceAreaId, { windows: daily(capacity) });
  const job = { orderNum: nextOrder(), serviceAreaId };
  return { job, slots: await technician.openSlots(job) };
}

function nextOrder(): string {
  orders += 1;
  return `WO-B${orders}`;
}

async function bookingsOf(orderNum: string): Promise<unknown> {
  const path = `/followup-booking/bookings?originalOrderNum=${orderNum}`;
  return (await read(gateway, path, { scope: 'bookings:read' })).body['items'];
}

it('a slot that was found on a fresh installation can be booked, and is not offered any more', async () => {
  const job = { orderNum: nextOrder() };
  const [slot] = await technician.openSlots(job);
  const answer = await technician.book(job, slot ?? {});
  expect(answer).toMatchObject({ status: 200 });
  expect(answer.body).toEqual({
    OrderNum: 'FU-000001',
    OrderedParts: [{ PartOrderNum: 'FU-000001-P1', Parts: ['ONT-G010-P'] }],
  });
  expect(await technician.openSlots(job)).not.toContainEqual(slot);
});

it('the booking is stated in the log with what others need to know, under the transaction of the request', async () => {
  const { job, slots } = await newJob();
  const { body, headers } = await technician.book(job, slots[3] ?? {});
  const event = (await eventsOf(gateway)).at(-1);
  expect(event).toMatchObject({
    type: 'followup.booking.confirmed',
    source: '/followup-booking',
    subject: body['OrderNum'],
    partyIds: ['owner'],
    correlationId: headers['x-transaction-id'],
    data: {
      orderNum: body['OrderNum'],
      originalOrderNum: job.orderNum,
      serviceAreaId: job.serviceAreaId,
      start: slots[3]?.Period.Start,
      end: slots[3]?.Period.End,
      timeZone: 'Pacific/Auckland',
      orderType: '1002',
      accountNum: 'ACC-20417',
      userName: 'h.parata',
      orderedParts: [
        { partOrderNum: `${String(body['OrderNum'])}-P1`, parts: ['ONT-G010-P'], quantities: [1] },
      ],
    },
  });
  expect(JSON.stringify(event)).not.toContain('aroha.ngata');
});

describe('the same again', () => {
  it('gives the same answer, and writes nothing', async () => {
    const { job, slots } = await newJob();
    const first = await technician.book(job, slots[0] ?? {});
    const before = await rowCounts(gateway.dataSource);
    const again = await technician.book(job, slots[0] ?? {});
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });

  it('also by a slot of which the application has kept nothing but the period', async () => {
    const { job, slots } = await newJob();
    const { Period } = slots[0] ?? {};
    const first = await technician.book(job, { Type: '1001', Period });
    const again = await technician.book(job, { ID: 'b8d0-of-their-own', Type: 1001, Period, Desc: '' });
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toEqual(first.body);
  });

  it('also after the calendar has changed and would not offer it any more', async () => {
    const { job, slots } = await newJob();
    const first = await technician.book(job, slots[0] ?? {});
    await giveCalendar(gateway, job.serviceAreaId, { windows: [] });
    expect(await technician.book(job, slots[0] ?? {})).toMatchObject({ status: 200, body: first.body });
  });

  it('but at another time it is refused, until the first one is cancelled', async () => {
    const { job, slots } = await newJob();
    const first = await technician.book(job, slots[0] ?? {});
    const before = await rowCounts(gateway.dataSource);
    const other = await technician.book(job, slots[1] ?? {});
    expect(other).toMatchObject({
      status: 409,
      body: {
        type: 'urn:problem-type:karere:followup-order-booked',
        detail: expect.stringContaining(String(first.body['OrderNum'])) as string,
      },
    });
    expect(await rowCounts(gateway.dataSource)).toEqual(before);

    await cancel(gateway, String(first.body['OrderNum']));
    const rebooked = await technician.book(job, slots[1] ?? {});
    expect(rebooked.status).toBe(200);
    expect(rebooked.body['OrderNum']).not.toBe(first.body['OrderNum']);
    expect(await bookingsOf(job.orderNum)).toMatchObject([
      { orderNum: first.body['OrderNum'], status: 'cancelled' },
      { orderNum: rebooked.body['OrderNum'], status: 'confirmed' },
    ]);
  });
});

describe('a window', () => {
  it('takes as many visits as it has room for, and then is not offered any more', async () => {
    const { job, slots } = await newJob(2);
    const answers = [];
    for (const orderNum of [job.orderNum, nextOrder(), nextOrder()]) {
      answers.push(await technician.book({ ...job, orderNum }, slots[0] ?? {}));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 409]);
    expect(answers[2]?.body).toMatchObject({ type: 'urn:problem-type:karere:followup-slot-taken' });
    expect(await technician.openSlots(job)).toEqual(slots.slice(1));
    expect(await bookingsOf(job.orderNum)).toHaveLength(1);
  });

  it('takes more when its capacity is raised, and no more when it is lowered below what is booked', async () => {
    const { job, slots } = await newJob(2);
    const setCapacity = (capacity: number) =>
      giveCalendar(gateway, job.serviceAreaId, { windows: daily(capacity) });
    const book = async () =>
      (await technician.book({ ...job, orderNum: nextOrder() }, slots[0] ?? {})).status;
    expect([await book(), await book(), await book()]).toEqual([200, 200, 409]);
    await setCapacity(3);
    expect([await book(), await book()]).toEqual([200, 409]);
    await setCapacity(1);
    expect(await book()).toBe(409);
    const [booking] = (await bookingsOf(`WO-B${orders - 5}`)) as { orderNum: string }[];
    await cancel(gateway, booking?.orderNum ?? '');
    expect(await book()).toBe(409);
  });

  it('of another service area is another one', async () => {
    const { job, slots } = await newJob();
    const { job: other } = await newJob();
    const { Period } = slots[0] ?? {};
    for (const each of [job, other]) {
      expect((await technician.book(each, { Type: '1001', Period })).status).toBe(200);
    }
  });
});

describe('parts', () => {
  it('that are ordered already keep their orders; the others become one', async () => {
    const { job, slots } = await newJob();
    const requiredParts = [
      { ProdNum: 'ONT-1', 'Qty:': 2 },
      { ProdNum: 'CABLE-3', Qty: 1, PartOrderNum: 'PO-77' },
      { ProdNum: 'PLUG-9', SupersededParts: [{ ProdNum: 'PLUG-8', Qty: 1 }], PartOrderNum: '' },
    ];
    const { body } = await technician.book({ ...job, requiredParts }, slots[0] ?? {});
    expect(body['OrderedParts']).toEqual([
      { PartOrderNum: `${String(body['OrderNum'])}-P1`, Parts: ['ONT-1', 'PLUG-9'] },
      { PartOrderNum: 'PO-77', Parts: ['CABLE-3'] },
    ]);
  });

  it('keep how many of each there are to be, for who orders them', async () => {
    const { job, slots } = await newJob();
    const requiredParts = [
      { ProdNum: 'ONT-1', 'Qty:': 2 },
      { ProdNum: 'CABLE-3', Qty: 12.5, 'Qty:': 1 },
      { ProdNum: 'PLUG-9', Qty: null },
    ];
    const { body } = await technician.book({ ...job, requiredParts }, slots[0] ?? {});
    const orderNum = String(body['OrderNum']);
    const orderedParts = [
      {
        partOrderNum: `${orderNum}-P1`,
        parts: ['ONT-1', 'CABLE-3', 'PLUG-9'],
        quantities: [2, 12.5, null],
      },
    ];
    expect((await eventsOf(gateway)).at(-1)).toMatchObject({ subject: orderNum, data: { orderedParts } });
    const { body: booking } = await read(gateway, `/followup-booking/bookings/${orderNum}`, {
      scope: 'bookings:read',
    });
    expect(booking['orderedParts']).toEqual(orderedParts);
    // As a replica of the version before writes it.
    await gateway.dataSource.query('UPDATE followup_part_order SET quantities = NULL WHERE order_num = $1', [
      orderNum,
    ]);
    await cancel(gateway, orderNum);
    expect((await eventsOf(gateway)).at(-1)).toMatchObject({
      type: 'followup.booking.cancelled',
      data: { orderedParts: [{ quantities: [null, null, null] }] },
    });
  });

  it('that are taken away again are not ordered', async () => {
    const { job, slots } = await newJob();
    const requiredParts = [
      { ProdNum: 'ONT-1', Delete: true },
      { ProdNum: 'ONT-2', Delete: false },
    ];
    const { body } = await technician.book({ ...job, requiredParts }, slots[0] ?? {});
    expect(body['OrderedParts']).toMatchObject([{ Parts: ['ONT-2'] }]);
  });

  it('are none when none are required', async () => {
    const { job, slots } = await newJob();
    const { body } = await technician.book({ ...job, requiredParts: [] }, slots[0] ?? {});
    expect(body).toEqual({ OrderNum: body['OrderNum'], OrderedParts: [] });
  });
});

describe('the request', () => {
  it('is kept as it came, with members that nobody here knows', async () => {
    const { job, slots } = await newJob();
    const sent = { ...technician.bookingBody(job, slots[0] ?? {}), Weather: { Rain: [0.5, null] } };
    const { body } = await technician.send(job.orderNum, sent);
    const path = `/followup-booking/bookings/${String(body['OrderNum'])}`;
    const booking = await read(gateway, path, { scope: 'bookings:read' });
    expect(booking.body['request']).toEqual(sent);
    expect(booking.body).toMatchObject({ status: 'confirmed', orderedParts: [{ parts: ['ONT-G010-P'] }] });
  });

  it('may have text that the database can not hold, which the kept bytes still have', async () => {
    const { job, slots } = await newJob();
    const orderNum = `WO-\u{0}-${nextOrder()}`;
    const { status, body } = await technician.book({ ...job, orderNum }, slots[0] ?? {});
    expect(status).toBe(200);
    const [row] = await gateway.dataSource.query<Record<string, unknown>[]>(
      'SELECT original_order_num, repaired FROM followup_booking WHERE order_num = $1',
      [body['OrderNum']],
    );
    expect(row).toEqual({ original_order_num: orderNum.replace('\0', '\u{FFFD}'), repaired: true });
    const path = `/followup-booking/bookings/${String(body['OrderNum'])}`;
    const booking = await read(gateway, path, { scope: 'bookings:read' });
    expect(booking.body['request']).toMatchObject({ OriginalOrderNum: orderNum });
    expect((await technician.book({ ...job, orderNum }, slots[0] ?? {})).body).toEqual(body);
  });

  it('without a service area is for the default one', async () => {
    await giveCalendar(gateway, '*');
    const job = { orderNum: nextOrder(), serviceAreaId: ' ' };
    const [slot] = await technician.openSlots(job);
    expect(slot?.ID).toMatch(/@\*$/);
    expect((await technician.book(job, slot ?? {})).status).toBe(200);
    expect(await bookingsOf(job.orderNum)).toMatchObject([{ serviceAreaId: '*' }]);
  });

  it('is documented with an example of all its members', () => {
    const example = Object.keys(bookingExample(new Date())).toSorted();
    expect(
      fieldsOf(BookJob)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(example);
  });
});

describe('order numbers', () => {
  it('look as configured, begin where configured, and go on from there when that is raised', async () => {
    const numbers: unknown[] = [];
    const env = { FOLLOWUP_ORDER_FORMAT: 'WO.{0000}-F' };
    for (const start of ['500', '2', '99999']) {
      const other = await replica({ ...env, FOLLOWUP_ORDER_START: start });
      const one = await technicianOf(other);
      const { job, slots } = await newJob();
      numbers.push((await one.book(job, slots[0] ?? {})).body['OrderNum']);
    }
    expect(numbers).toEqual(['WO.0500-F', 'WO.0501-F', 'WO.99999-F']);
  });
});

afterEach(() => expectPlacesOfBookings(gateway));
