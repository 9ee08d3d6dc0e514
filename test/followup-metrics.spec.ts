import { Reminders } from '../src/followup-booking/reminders.service';
import { createDatabase, dropDatabase } from './support/database';
import { cancel, giveCalendar, technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import { ask, send } from './support/http';
import { metricOf } from './support/metrics';
import { notification } from './support/notification';
import type { Job, OpenSlot, Technician } from './support/service-mobility';
import { TcpProxy } from './support/tcp-proxy';

const AREA = 'METRICS';

let databaseUrl: string;
let proxy: TcpProxy;
let gateway: Gateway;
let technician: Technician;
let orders = 0;

beforeAll(async () => {
  databaseUrl = await createDatabase();
  proxy = await TcpProxy.to(databaseUrl);
  gateway = await startGateway({ databaseUrl: proxy.url });
  technician = await technicianOf(gateway);
  // Where no clock is changed, a window of another day is as many hours away.
  await giveCalendar(gateway, AREA, { timeZone: 'UTC' });
});
afterAll(async () => {
  await gateway.close();
  await proxy.cut();
  await dropDatabase(databaseUrl);
});

function newJob(): Job {
  orders += 1;
  return { orderNum: `WO-M${orders}`, serviceAreaId: AREA };
}

/** The first slot that is open, and the last one. */
async function openSlots(): Promise<[OpenSlot, OpenSlot]> {
  const slots = await technician.openSlots(newJob());
  return [slots[0] as OpenSlot, slots.at(-1) as OpenSlot];
}

async function book(job = newJob()): Promise<{ job: Job; slot: OpenSlot; orderNum: string }> {
  const [slot] = await openSlots();
  const { body } = await technician.book(job, slot);
  return { job, slot, orderNum: String(body['OrderNum']) };
}

/** The same window so many days later. */
function later(slot: OpenSlot, count: number): object {
  const moved = (time: string): string => new Date(Date.parse(time) + count * 86_400_000).toISOString();
  const { Start, End } = slot.Period;
  return { ...slot, ID: '', Period: { Start: moved(Start), End: moved(End) } };
}

/** The values of a metric by the one label that it has. */
async function valuesOf(metric: string): Promise<Record<string, number>> {
  const { bytes } = await ask(`${gateway.url}/metrics`);
  const found = bytes.toString().matchAll(new RegExp(`^${metric}\\{\\w+="([^"]*)"\\} (\\d+)$`, 'gm'));
  return Object.fromEntries([...found].map(([, label = '', value]) => [label, Number(value)]));
}

/** By how much a metric grows while something is done; labels of which there are no more than before are left out. */
async function growthOf(metric: string, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await valuesOf(metric);
  await work();
  const grown = Object.entries(await valuesOf(metric)).map(
    ([label, value]) => [label, value - (before[label] ?? 0)] as const,
  );
  return Object.fromEntries(grown.filter(([, growth]) => growth !== 0));
}

const bookings = (work: () => Promise<unknown>): Promise<Record<string, number>> =>
  growthOf('karere_followup_bookings_total', work);
const cancellations = (work: () => Promise<unknown>): Promise<Record<string, number>> =>
  growthOf('karere_followup_cancellations_total', work);

it('every outcome is there from the beginning, or the first failure would be no growth', async () => {
  const zeros = (names: string): object => Object.fromEntries(names.split(' ').map((name) => [name, 0]));
  expect(await valuesOf('karere_followup_bookings_total')).toEqual(
    zeros(
      'booked repeated failed unavailable slot-taken order-booked slot-not-offered slot-too-soon slot-too-far',
    ),
  );
  expect(await valuesOf('karere_followup_searches_total')).toEqual(zeros('offered none'));
  expect(await valuesOf('karere_followup_cancellations_total')).toEqual(
    zeros('requested work-order-cancelled work-order-closed'),
  );
});

it('searches are counted by whether they found something; what is no search is not', async () => {
  await giveCalendar(gateway, 'METRICS-NONE', { windows: [] });
  const counted = await growthOf('karere_followup_searches_total', async () => {
    await technician.search(newJob());
    await technician.search(newJob());
    await technician.search({ ...newJob(), serviceAreaId: 'METRICS-NONE' });
    await technician.sendSearch({});
  });
  expect(counted).toEqual({ offered: 2, none: 1 });
});

describe('bookings are counted by what came of them', () => {
  it('booked, the same again, and at another time', async () => {
    const counted = await bookings(async () => {
      const { job, slot } = await book();
      await technician.book(job, slot);
      await technician.book(job, slot);
      await technician.book(job, (await openSlots())[1]);
    });
    expect(counted).toEqual({ booked: 1, repeated: 2, 'order-booked': 1 });
  });

  it('a slot that can not be booked, by why', async () => {
    const { slot } = await book();
    const [, last] = await openSlots();
    const none = { ...slot, ID: '', Period: { ...slot.Period, End: last.Period.End } };
    const counted = await bookings(async () => {
      await technician.book(newJob(), slot);
      await technician.book(newJob(), none);
      await technician.book(newJob(), later(slot, -14));
      await technician.book(newJob(), later(last, 7));
    });
    expect(counted).toEqual({
      'slot-taken': 1,
      'slot-not-offered': 1,
      'slot-too-soon': 1,
      'slot-too-far': 1,
    });
  });

  it('who loses a race was refused the slot, whoever found it out', async () => {
    const [slot] = await openSlots();
    const counted = await bookings(() =>
      Promise.all(Array.from({ length: 8 }, () => technician.book(newJob(), slot))),
    );
    expect(counted).toEqual({ booked: 1, 'slot-taken': 7 });
  });

  it('what is no valid request is none of them', async () => {
    const [slot] = await openSlots();
    const counted = await bookings(async () => {
      await technician.send('WO-M', {});
      await technician.send('WO-OTHER', technician.bookingBody(newJob(), slot));
    });
    expect(counted).toEqual({});
  });

  it('what nobody can book, because the database is away, has failed', async () => {
    const [slot] = await openSlots();
    const counted = await bookings(async () => {
      await proxy.cut();
      expect((await technician.book(newJob(), slot)).status).toBe(503);
      await proxy.restore();
    });
    expect(counted).toEqual({ failed: 1 });
  });
});

describe('visits that are given up are counted by the reason', () => {
  it('once, however often it is asked for', async () => {
    const { orderNum } = await book();
    const counted = await cancellations(async () => {
      await Promise.all([cancel(gateway, orderNum), cancel(gateway, orderNum)]);
      await cancel(gateway, orderNum);
      await cancel(gateway, 'FU-NONE');
    });
    expect(counted).toEqual({ requested: 1 });
  });

  it('when the work order is cancelled, or closed, and has one', async () => {
    await book({ ...newJob(), orderNum: 'WO-GONE' });
    await book({ ...newJob(), orderNum: 'WO-DONE' });
    const counted = await cancellations(async () => {
      await send(gateway, notification('CancelWorkOrderNotify', { eventId: '1', wonum: 'WO-GONE' }));
      await send(
        gateway,
        notification('CloseWorkOrderNotify', { eventId: '2', wonum: 'WO-DONE', at: new Date() }),
      );
      await send(gateway, notification('CancelWorkOrderNotify', { eventId: '3', wonum: 'WO-NONE' }));
      await gateway.settle();
    });
    expect(counted).toEqual({ 'work-order-cancelled': 1, 'work-order-closed': 1 });
  });
});

it('reminders are counted as they are stated', async () => {
  const reminders = (): Promise<number | undefined> => metricOf(gateway, 'karere_followup_reminders_total');
  const { slot } = await book();
  const before = await reminders();
  const hourBefore = new Date(Date.parse(slot.Period.Start) - 3_600_000);
  const stated = await gateway.app.get(Reminders).remindOfDue(hourBefore);
  expect(stated).toBeGreaterThan(0);
  expect(await reminders()).toBe((before ?? NaN) + (stated ?? NaN));
  await gateway.app.get(Reminders).remindOfDue(hourBefore);
  expect(await reminders()).toBe((before ?? NaN) + (stated ?? NaN));
});
