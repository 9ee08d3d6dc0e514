import type { DomainEvent } from '../src/events/domain-event';
import { eventsOf, headOf } from './support/events';
import { cancel, daily, expectPlacesOfBookings, giveCalendar, technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, read, send } from './support/http';
import { notification } from './support/notification';
import type { Job, OpenSlot, Technician } from './support/service-mobility';
import { nextEventId } from './support/story';

type Json = Record<string, unknown>;

let gateway: Gateway;
let technician: Technician;
let orders = 0;
let areas = 0;

beforeAll(async () => {
  gateway = await startGateway();
  technician = await technicianOf(gateway);
});
afterAll(() => gateway.close());
afterEach(() => expectPlacesOfBookings(gateway));

async function newArea(): Promise<string> {
  areas += 1;
  await giveCalendar(gateway, `LIFE-${areas}`, { windows: daily(2) });
  return `LIFE-${areas}`;
}

interface Visit {
  readonly job: Job;
  readonly slot: OpenSlot;
  readonly orderNum: string;
}

/** Books a visit for a work order of its own. */
async function book(serviceAreaId: string, slotNumber = 0, order?: string): Promise<Visit> {
  orders += 1;
  const job = { orderNum: order ?? `WO-L${orders}`, serviceAreaId };
  const slot = (await technician.openSlots(job))[slotNumber];
  const { body, bytes } = await technician.book(job, slot ?? {});
  if (!slot || !('OrderNum' in body)) throw new Error(bytes.toString());
  return { job, slot, orderNum: String(body['OrderNum']) };
}

function list(query = '', scope = 'bookings:read'): Promise<Answer> {
  return read(gateway, `/followup-booking/bookings${query}`, { scope });
}

async function listed(query: string): Promise<string[]> {
  return ((await list(query)).body['items'] as { orderNum: string }[]).map(({ orderNum }) => orderNum);
}

async function bookingOf({ orderNum }: Visit): Promise<Json> {
  return (await read(gateway, `/followup-booking/bookings/${orderNum}`, { scope: 'bookings:read' })).body;
}

/** The events about a visit, by their types. */
async function storyOf({ orderNum }: Visit): Promise<string[]> {
  return (await eventsAbout(orderNum)).map(({ type }) => type.replace('followup.booking.', ''));
}

async function eventsAbout(orderNum: string): Promise<DomainEvent[]> {
  return (await eventsOf(gateway)).filter(
    ({ source, subject }) => source === '/followup-booking' && subject === orderNum,
  );
}

function freePlaces({ job, slot }: Visit): Promise<boolean> {
  return technician.openSlots(job).then((slots) => slots.some(({ ID }) => ID === slot.ID));
}

describe('the list of visits', () => {
  it('is in the order of their times, page by page', async () => {
    const area = await newArea();
    const visits: Visit[] = [];
    for (const slot of [4, 0, 2, 2, 0]) visits.push(await book(area, slot));
    const inOrder = visits
      .toSorted((a, b) => Date.parse(a.slot.Period.Start) - Date.parse(b.slot.Period.Start))
      .map(({ orderNum }) => orderNum);
    expect(await listed(`?serviceAreaId=${area}`)).toEqual(inOrder);
    const pages: string[][] = [];
    let cursor = '';
    do {
      const { body } = await list(`?serviceAreaId=${area}&limit=2${cursor}`);
      pages.push((body['items'] as { orderNum: string }[]).map(({ orderNum }) => orderNum));
      cursor = 'nextCursor' in body ? `&cursor=${String(body['nextCursor'])}` : '';
    } while (cursor !== '');
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(inOrder);
  });

  it('can be asked for by status, work order and time', async () => {
    const area = await newArea();
    const [first, second, third] = [await book(area, 0), await book(area, 1), await book(area, 2)];
    await cancel(gateway, second.orderNum);
    expect(await listed(`?serviceAreaId=${area}&status=cancelled`)).toEqual([second.orderNum]);
    expect(await listed(`?serviceAreaId=${area}&status=confirmed`)).toEqual([first.orderNum, third.orderNum]);
    expect(await listed(`?originalOrderNum=${third.job.orderNum}`)).toEqual([third.orderNum]);
    const [from, to] = [second.slot.Period.Start, third.slot.Period.Start];
    expect(await listed(`?serviceAreaId=${area}&from=${from}&to=${to}`)).toEqual([second.orderNum]);
    expect(await listed(`?serviceAreaId=${area}&from=${to}`)).toEqual([third.orderNum]);
    expect(await listed('?serviceAreaId=%00')).toEqual([]);
  });

  it('shows what a dispatcher needs, and not what only the request has', async () => {
    const visit = await book(await newArea());
    const { body } = await list(`?originalOrderNum=${visit.job.orderNum}`);
    const [item] = body['items'] as Json[];
    expect(item).toEqual({
      orderNum: visit.orderNum,
      status: 'confirmed',
      originalOrderNum: visit.job.orderNum,
      serviceAreaId: visit.job.serviceAreaId,
      slotId: visit.slot.ID,
      start: visit.slot.Period.Start,
      end: visit.slot.Period.End,
      timeZone: 'Pacific/Auckland',
      orderType: '1002',
      accountNum: 'ACC-20417',
      userName: 'h.parata',
      bookedAt: expect.stringMatching(/Z$/) as string,
    });
    expect(await bookingOf(visit)).toMatchObject({
      ...item,
      orderedParts: [{ partOrderNum: `${visit.orderNum}-P1`, parts: ['ONT-G010-P'], quantities: [1] }],
      request: technician.bookingBody(visit.job, visit.slot),
    });
  });

  it.each(['?status=open', '?limit=0', '?from=yesterday', '?cursor=xyz', '?originalOrderNum='])(
    'refuses %s',
    async (query) => {
      expect((await list(query)).status).toBe(400);
    },
  );

  it('is for who may read it', async () => {
    expect((await list('', 'bookings:admin')).status).toBe(403);
    expect((await list('', 'spg:read')).status).toBe(403);
    const one = await read(gateway, '/followup-booking/bookings/FU-000001', { scope: 'bookings:admin' });
    expect(one.status).toBe(403);
  });
});

describe('a visit that is cancelled', () => {
  it('gives back its place, and says so once, however often it is cancelled', async () => {
    const area = await newArea();
    const visit = await book(area);
    const other = await book(area);
    expect(await freePlaces(visit)).toBe(false);
    const answer = await cancel(gateway, visit.orderNum);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        orderNum: visit.orderNum,
        status: 'cancelled',
        cancelReason: 'requested',
        cancelledAt: expect.stringMatching(/Z$/) as string,
      },
    });
    expect(await freePlaces(visit)).toBe(true);
    const again = await Promise.all([1, 2, 3].map(() => cancel(gateway, visit.orderNum)));
    expect(again.map(({ body }) => body)).toEqual([answer.body, answer.body, answer.body]);
    expect(await storyOf(visit)).toEqual(['confirmed', 'cancelled']);
    expect(await storyOf(other)).toEqual(['confirmed']);
    const [, event] = await eventsAbout(visit.orderNum);
    expect(event).toMatchObject({
      correlationId: answer.headers['x-transaction-id'],
      partyIds: ['owner'],
      data: { reason: 'requested', cancelledAt: answer.body['cancelledAt'], start: visit.slot.Period.Start },
    });
  });

  it('at the same instant by several, gives back one place', async () => {
    const area = await newArea();
    const visit = await book(area);
    await book(area);
    const answers = await Promise.all(Array.from({ length: 8 }, () => cancel(gateway, visit.orderNum)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await storyOf(visit)).toEqual(['confirmed', 'cancelled']);
  });

  it('has to be one, and whoever cancels has to be allowed to', async () => {
    const before = await headOf(gateway);
    expect((await cancel(gateway, 'FU-999999')).status).toBe(404);
    expect((await cancel(gateway, '%00')).status).toBe(404);
    const visit = await book(await newArea());
    const path = `/followup-booking/bookings/${visit.orderNum}/cancel`;
    expect((await read(gateway, path, { method: 'POST', scope: 'bookings:read' })).status).toBe(403);
    expect(await headOf(gateway)).toBe(before + 1);
    expect(await bookingOf(visit)).toMatchObject({ status: 'confirmed' });
  });
});

describe('when the Service Partner Gateway ends the work order', () => {
  async function receive(
    type: 'CancelWorkOrderNotify' | 'CloseWorkOrderNotify',
    wonum: string,
    at = new Date(),
  ): Promise<string> {
    const { headers } = await send(gateway, notification(type, { eventId: nextEventId(), wonum, at }));
    await gateway.settle();
    return String(headers['x-transaction-id']);
  }

  /** The bus is given everything once more, as after a crash. */
  async function deliverEverythingAgain(): Promise<void> {
    await gateway.dataSource.query(`UPDATE event_cursor SET position = 0 WHERE consumer = 'bus'`);
    await gateway.settle('bus');
  }

  it.each([
    ['CancelWorkOrderNotify', 'work-order-cancelled'],
    ['CloseWorkOrderNotify', 'work-order-closed'],
  ] as const)('by %s, the place of the visit is free again', async (type, reason) => {
    const area = await newArea();
    const visit = await book(area);
    const other = await book(area);
    expect(await freePlaces(visit)).toBe(false);
    const transactionId = await receive(type, visit.job.orderNum);
    expect(await bookingOf(visit)).toMatchObject({ status: 'cancelled', cancelReason: reason });
    expect(await bookingOf(other)).toMatchObject({ status: 'confirmed' });
    expect(await freePlaces(visit)).toBe(true);
    const [, event] = await eventsAbout(visit.orderNum);
    expect(event).toMatchObject({
      type: 'followup.booking.cancelled',
      correlationId: transactionId,
      data: { reason, originalOrderNum: visit.job.orderNum },
    });
  });

  it('the visit is given up once, however often the event comes', async () => {
    const visit = await book(await newArea());
    await receive('CancelWorkOrderNotify', visit.job.orderNum);
    await receive('CloseWorkOrderNotify', visit.job.orderNum);
    await deliverEverythingAgain();
    expect(await storyOf(visit)).toEqual(['confirmed', 'cancelled']);
    expect(await bookingOf(visit)).toMatchObject({ cancelReason: 'work-order-cancelled' });
  });

  it('at the instant at which somebody cancels the visit, one of them does, and one place is given back', async () => {
    for (let round = 0; round < 5; round += 1) {
      const area = await newArea();
      const visit = await book(area);
      await book(area);
      const ending = { eventId: nextEventId(), wonum: visit.job.orderNum };
      await send(gateway, notification('CancelWorkOrderNotify', ending));
      await Promise.all([gateway.settle('bus'), cancel(gateway, visit.orderNum)]);
      expect(await storyOf(visit)).toEqual(['confirmed', 'cancelled']);
      await expectPlacesOfBookings(gateway);
    }
  });

  it('what somebody has booked since then stays when an event comes again', async () => {
    const area = await newArea();
    const visit = await book(area);
    await receive('CancelWorkOrderNotify', visit.job.orderNum);
    const since = await book(area, 1, visit.job.orderNum);
    await deliverEverythingAgain();
    expect(await bookingOf(since)).toMatchObject({ status: 'confirmed' });
    expect(await storyOf(since)).toEqual(['confirmed']);
  });

  it('what was booked after the close stays when the news of that comes late, such as by a replay', async () => {
    const visit = await book(await newArea());
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await receive('CloseWorkOrderNotify', visit.job.orderNum, anHourAgo);
    expect(await storyOf(visit)).toEqual(['confirmed']);
    expect(await bookingOf(visit)).toMatchObject({ status: 'confirmed' });
    await receive('CloseWorkOrderNotify', visit.job.orderNum);
    expect(await storyOf(visit)).toEqual(['confirmed', 'cancelled']);
  });

  it('by SPG’s clock in the future, the visit is given up all the same: it was booked before the news came', async () => {
    const visit = await book(await newArea());
    await receive('CloseWorkOrderNotify', visit.job.orderNum, new Date(Date.now() + 3_600_000));
    expect(await bookingOf(visit)).toMatchObject({ cancelReason: 'work-order-closed' });
  });

  it('by cancelling it, the visit is given up however late the news of that comes', async () => {
    const visit = await book(await newArea());
    await receive('CancelWorkOrderNotify', visit.job.orderNum, new Date(Date.now() - 3_600_000));
    expect(await bookingOf(visit)).toMatchObject({ cancelReason: 'work-order-cancelled' });
  });

  it('a visit that has begun stays: it may be why the work order was closed', async () => {
    const visit = await book(await newArea());
    const begun = new Date(Date.now() - 60_000);
    for (const table of ['followup_booking', 'followup_window']) {
      await gateway.dataSource.query(`UPDATE ${table} SET starts_at = $1 WHERE service_area_id = $2`, [
        begun,
        visit.job.serviceAreaId,
      ]);
    }
    await receive('CloseWorkOrderNotify', visit.job.orderNum);
    expect(await bookingOf(visit)).toMatchObject({ status: 'confirmed' });
    expect(await storyOf(visit)).toEqual(['confirmed']);
  });

  it('a work order without a visit is no concern', async () => {
    const before = await headOf(gateway);
    await receive('CancelWorkOrderNotify', 'WO-WITHOUT-VISIT');
    expect(await headOf(gateway)).toBe(before + 1);
  });

  it('and the visit was cancelled before, nothing more happens', async () => {
    const visit = await book(await newArea());
    await cancel(gateway, visit.orderNum);
    await receive('CancelWorkOrderNotify', visit.job.orderNum);
    expect(await storyOf(visit)).toEqual(['confirmed', 'cancelled']);
    expect(await bookingOf(visit)).toMatchObject({ cancelReason: 'requested' });
  });

  it('and nothing of all this was parked', async () => {
    expect((await read(gateway, '/domain-events/parked')).body['items']).toEqual([]);
  });
});
