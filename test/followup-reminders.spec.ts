import { DateTime } from 'luxon';
import { Reminders } from '../src/followup-booking/reminders.service';
import { remindAt } from '../src/followup-booking/reminder.policy';
import { eventsOf } from './support/events';
import { cancel, giveCalendar, technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import type { OpenSlot } from './support/service-mobility';
import { lockTable, untilOneWaits, untilSomeWait } from './support/table-lock';

let one: Gateway;
let two: Gateway;
let orders = 0;

beforeAll(async () => {
  one = await startGateway();
  two = await startGateway({ databaseUrl: one.databaseUrl, env: { FOLLOWUP_REMIND_AT: '17:30' } });
});
afterAll(async () => {
  await two.close();
  await one.close();
});

/** Books the last slot that is offered in a time zone. */
async function book(
  timeZone: string,
  gateway = one,
): Promise<{ orderNum: string; start: DateTime; transactionId: unknown }> {
  orders += 1;
  const serviceAreaId = `DUE-${orders}`;
  await giveCalendar(gateway, serviceAreaId, { timeZone });
  const technician = await technicianOf(gateway);
  const job = { orderNum: `WO-D${orders}`, serviceAreaId };
  const slot = (await technician.openSlots(job)).at(-1) as OpenSlot;
  const { body, headers } = await technician.book(job, slot);
  return {
    orderNum: String(body['OrderNum']),
    start: DateTime.fromISO(slot.Period.Start, { zone: timeZone }),
    transactionId: headers['x-transaction-id'],
  };
}

function remind(now: DateTime, gateway = one): Promise<number | undefined> {
  return gateway.app.get(Reminders).remindOfDue(now.toJSDate());
}

async function dueEvents(orderNum: string): Promise<unknown[]> {
  return (await eventsOf(one)).filter(
    ({ type, subject }) => type === 'followup.booking.due' && subject === orderNum,
  );
}

afterEach(async () => {
  await one.dataSource.query('UPDATE followup_booking SET reminded_at = now()');
});

it.each(['Pacific/Auckland', 'America/New_York', 'Pacific/Kiritimati'])(
  'a visit in %s is stated to be due at nine in the morning of the day before, there, once',
  async (timeZone) => {
    const { orderNum, start, transactionId } = await book(timeZone);
    const nine = start.minus({ days: 1 }).set({ hour: 9, minute: 0 });
    expect(await remind(nine.minus({ milliseconds: 1 }))).toBe(0);
    expect(await dueEvents(orderNum)).toEqual([]);
    expect(await remind(nine)).toBe(1);
    expect(await remind(nine)).toBe(0);
    expect(await remind(nine.plus({ hours: 5 }), two)).toBe(0);
    expect(await dueEvents(orderNum)).toMatchObject([
      {
        correlationId: transactionId,
        data: { orderNum, start: start.toUTC().toISO(), timeZone, orderedParts: [{ parts: ['ONT-G010-P'] }] },
      },
    ]);
  },
);

it('the hour is what is configured', async () => {
  const { start } = await book('Pacific/Auckland', two);
  const halfPastFive = start.minus({ days: 1 }).set({ hour: 17, minute: 30 });
  expect(await remind(halfPastFive.minus({ minutes: 1 }))).toBe(0);
  expect(await remind(halfPastFive)).toBe(1);
});

it('a visit that is cancelled before is not due', async () => {
  const { orderNum, start } = await book('Pacific/Auckland');
  await cancel(one, orderNum);
  expect(await remind(start.minus({ hours: 1 }))).toBe(0);
});

it('a visit that is being cancelled when it falls due is not due', async () => {
  const { orderNum, start } = await book('Pacific/Auckland');
  // So the one who cancels has the visit in hand, and has not come to the end.
  const log = await lockTable(one.databaseUrl, 'event_log_head');
  const cancelling = cancel(one, orderNum);
  await untilOneWaits(one.dataSource);
  const reminding = remind(start.minus({ hours: 1 }), two);
  await untilSomeWait(one.dataSource, 2);
  await log.release();
  expect(await reminding).toBe(0);
  expect((await cancelling).body).toMatchObject({ status: 'cancelled' });
  expect(await dueEvents(orderNum)).toEqual([]);
});

it('one that was booked after that hour is due at the next run', async () => {
  const { orderNum, start } = await book('Pacific/Auckland');
  expect(await remind(start.minus({ minutes: 1 }))).toBe(1);
  expect(await dueEvents(orderNum)).toHaveLength(1);
});

it('one that nobody came to before it began is passed over, and is not looked at again', async () => {
  const { orderNum, start } = await book('Pacific/Auckland');
  expect(await remind(start)).toBe(0);
  expect(await remind(start.minus({ hours: 1 }))).toBe(0);
  expect(await dueEvents(orderNum)).toEqual([]);
});

it('by replicas at the same time each is stated once', async () => {
  const visits = [];
  for (let n = 0; n < 6; n += 1) visits.push(await book('Pacific/Auckland'));
  const latest = DateTime.max(...visits.map(({ start }) => start)) ?? DateTime.now();
  const turns = [one, two, one, two].map((gateway) => remind(latest.minus({ hours: 2 }), gateway));
  const stated = (await Promise.all(turns)).filter((count) => count !== undefined && count > 0);
  expect(stated).toEqual([6]);
  for (const { orderNum } of visits) expect(await dueEvents(orderNum)).toHaveLength(1);
});

it('on a day on which the clock skips the hour it is an hour later', () => {
  const visit = new Date('2026-09-27T19:00:00Z'); // 28 September, 08:00 in New Zealand
  expect(remindAt(visit, 'Pacific/Auckland', '02:30').toISOString()).toBe('2026-09-26T14:30:00.000Z');
  expect(remindAt(visit, 'Pacific/Auckland', '03:30').toISOString()).toBe('2026-09-26T14:30:00.000Z');
});
