import { DateTime } from 'luxon';
import { DEFAULT_CALENDAR } from '../src/followup-booking/calendar';
import { publicHolidaysOf } from '../src/followup-booking/holidays';
import { DAILY, daily, giveCalendar, putCalendar, technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, read } from './support/http';
import { rowCounts } from './support/rows';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

function getCalendar(area: string, scope = 'bookings:read'): Promise<Answer> {
  return read(gateway, `/followup-booking/calendars/${encodeURIComponent(area)}`, { scope });
}

/** So many days from today in New Zealand. */
function inDays(days: number): string {
  return DateTime.now().setZone('Pacific/Auckland').plus({ days }).toISODate() ?? '';
}

/** The local dates on which slots are offered, with their local times. */
async function offeredIn(area: string): Promise<Record<string, string[]>> {
  const technician = await technicianOf(gateway);
  const found: Record<string, string[]> = {};
  for (const { Period } of await technician.openSlots({ orderNum: 'WO-1', serviceAreaId: area })) {
    const [start, end] = [Period.Start, Period.End].map((time) =>
      DateTime.fromISO(time, { zone: 'Pacific/Auckland' }),
    );
    const date = start?.toISODate() ?? '';
    found[date] = [...(found[date] ?? []), `${start?.toFormat('HH:mm')} ${end?.toFormat('HH:mm')}`];
  }
  return found;
}

describe('a service area', () => {
  it('without a calendar of its own has that of the area *, which is there from the beginning', async () => {
    expect(await getCalendar('UNHEARD-OF')).toMatchObject({ status: 200, body: DEFAULT_CALENDAR });
    expect((await getCalendar('*')).body).toEqual(DEFAULT_CALENDAR);
    const changed = { ...DAILY, windows: daily(3), holidayRegion: 'NZ' };
    expect((await putCalendar(gateway, '*', changed)).body).toEqual(changed);
    expect((await getCalendar('UNHEARD-OF')).body).toEqual(changed);
    expect((await putCalendar(gateway, '*', DEFAULT_CALENDAR)).status).toBe(200);
  });

  it('is given one as a whole, with defaults for what may be left out', async () => {
    const given = { timeZone: 'Pacific/Chatham', windows: daily(2) };
    const stored = {
      timeZone: 'Pacific/Chatham',
      windows: daily(2),
      closed: [],
      open: [],
      horizonDays: 14,
      leadMinutes: 120,
    };
    expect(await putCalendar(gateway, 'CHATHAM', given)).toMatchObject({ status: 200, body: stored });
    expect((await getCalendar('CHATHAM')).body).toEqual(stored);
    await putCalendar(gateway, 'CHATHAM', { ...DAILY, closed: null, open: null, holidayRegion: null });
    const { body } = await getCalendar('CHATHAM');
    expect({ ...body, holidayRegion: null }).toEqual(DAILY);
    expect(body).not.toHaveProperty('holidayRegion');
  });

  it('may have any name', async () => {
    const name = 'Ōtautahi / south & west?';
    await giveCalendar(gateway, name);
    expect((await getCalendar(name)).body).toMatchObject({ horizonDays: DAILY.horizonDays });
  });
});

describe('what is offered', () => {
  it('leaves out closed days and public holidays, and has the windows of single days, closed ones, too', async () => {
    await giveCalendar(gateway, 'DAYS', {
      horizonDays: 6,
      closed: [inDays(2), inDays(3)],
      open: [
        { date: inDays(3), from: '18:00', to: '20:00', capacity: 1 },
        { date: inDays(4), from: '18:00', to: '24:00', capacity: 1 },
      ],
    });
    const offered = await offeredIn('DAYS');
    delete offered[inDays(0)];
    expect(offered).toEqual({
      [inDays(1)]: ['08:00 12:00'],
      [inDays(3)]: ['18:00 20:00'],
      [inDays(4)]: ['08:00 12:00', '18:00 00:00'],
      [inDays(5)]: ['08:00 12:00'],
      [inDays(6)]: ['08:00 12:00'],
    });
  });

  it('has the capacity of the single day where it has one with the same times', async () => {
    const date = inDays(2);
    await giveCalendar(gateway, 'BUSY', {
      windows: daily(1),
      open: [{ date, from: '08:00', to: '12:00', capacity: 2 }],
    });
    expect((await offeredIn('BUSY'))[date]).toEqual(['08:00 12:00']);
    const technician = await technicianOf(gateway);
    const statuses: number[] = [];
    for (const orderNum of ['WO-C1', 'WO-C2', 'WO-C3']) {
      const Period = { Start: at(date, '08:00'), End: at(date, '12:00') };
      const job = { orderNum, serviceAreaId: 'BUSY' };
      statuses.push((await technician.book(job, { Type: '1001', Period })).status);
    }
    expect(statuses).toEqual([200, 200, 409]);
  });

  it('ends with the horizon, whose last day is a whole one', async () => {
    for (const horizonDays of [1, 89]) {
      await giveCalendar(gateway, 'HORIZON', { horizonDays, windows: daily(1, '23:00', '24:00') });
      expect(Object.keys(await offeredIn('HORIZON')).at(-1)).toBe(inDays(horizonDays));
    }
  });

  it('begins after the lead time', async () => {
    await giveCalendar(gateway, 'LEAD', { leadMinutes: 3 * 24 * 60, windows: daily(1, '00:00', '00:01') });
    expect(Object.keys(await offeredIn('LEAD'))[0]).toBe(inDays(4));
  });

  function at(date: string, time: string): string {
    return DateTime.fromISO(`${date}T${time}`, { zone: 'Pacific/Auckland' }).toUTC().toISO() ?? '';
  }
});

describe('public holidays', () => {
  it('of New Zealand are those of the Holidays Act, with the days on which they are observed after a weekend', () => {
    expect([...publicHolidaysOf('NZ', 2027)].toSorted()).toEqual([
      '2027-01-01',
      '2027-01-02',
      '2027-01-04', // the day after New Year's Day, observed
      '2027-02-06',
      '2027-02-08', // Waitangi Day, observed
      '2027-03-26',
      '2027-03-29',
      '2027-04-25',
      '2027-04-26', // Anzac Day, observed
      '2027-06-07',
      '2027-06-25', // Matariki
      '2027-10-25',
      '2027-12-25',
      '2027-12-26',
      '2027-12-27', // Christmas Day, observed
      '2027-12-28', // Boxing Day, observed
    ]);
  });

  it('of a region have its anniversary besides', () => {
    const national = publicHolidaysOf('NZ', 2026);
    const own = [...publicHolidaysOf('NZ-AUK', 2026)].filter((date) => !national.has(date));
    expect(own).toEqual(['2026-01-26']);
  });

  it('of several days are all of them', () => {
    const dates = [...publicHolidaysOf('TR', 2026)];
    expect(dates).toEqual(expect.arrayContaining(['2026-03-20', '2026-03-21', '2026-03-22']));
  });

  it('are not offered', async () => {
    // Whatever the day is: over 89 days there is a holiday in New Zealand at any time of the year.
    await giveCalendar(gateway, 'HOLIDAYS', { horizonDays: 89, holidayRegion: 'NZ' });
    const offered = await offeredIn('HOLIDAYS');
    const days = Array.from({ length: 89 }, (_, day) => inDays(day + 1));
    const holidays = days.filter((date) => publicHolidaysOf('NZ', Number(date.slice(0, 4))).has(date));
    expect(holidays).not.toHaveLength(0);
    expect(days.filter((date) => !(date in offered))).toEqual(holidays);
  });
});

describe('a calendar is refused', () => {
  const window = { days: ['mon'], from: '08:00', to: '12:00', capacity: 1 };
  const single = { date: '2026-12-19', from: '08:00', to: '12:00', capacity: 1 };

  it.each([
    ['/timeZone', { timeZone: 'New Zealand' }],
    ['/timeZone', { timeZone: undefined }],
    ['/windows', { windows: undefined }],
    ['/windows', { windows: Array.from({ length: 51 }, () => window) }],
    ['/windows/0/days', { windows: [{ ...window, days: [] }] }],
    ['/windows/0/days', { windows: [{ ...window, days: ['monday'] }] }],
    ['/windows/0/from', { windows: [{ ...window, from: '8:00' }] }],
    ['/windows/0/from', { windows: [{ ...window, from: '24:00', to: '24:00' }] }],
    ['/windows/0/to', { windows: [{ ...window, to: '08:00' }] }],
    ['/windows/0/to', { windows: [{ ...window, to: '24:01' }] }],
    ['/windows/0/capacity', { windows: [{ ...window, capacity: 0 }] }],
    ['/windows/0/capacity', { windows: [{ ...window, capacity: 1.5 }] }],
    ['/windows/1', { windows: [window, { ...window, days: ['sun', 'mon'], capacity: 2 }] }],
    ['/windows/0', { windows: [{ ...window, days: ['mon', 'mon'] }] }],
    ['/closed', { closed: ['2026-02-30'] }],
    ['/closed', { closed: ['28.12.2026'] }],
    ['/open/0/date', { open: [{ ...single, date: '2026-13-01' }] }],
    ['/open/0/to', { open: [{ ...single, to: '07:00' }] }],
    ['/open/1', { open: [single, { ...single, capacity: 3 }] }],
    ['/horizonDays', { horizonDays: 90 }],
    ['/horizonDays', { horizonDays: 0 }],
    ['/leadMinutes', { leadMinutes: -1 }],
    ['/weather', { weather: 'fine' }],
    ['/holidayregion', { holidayregion: 'NZ' }],
    ['/windows/0/places', { windows: [{ ...window, places: 2 }] }],
    ['/open/0/days', { open: [{ ...single, days: ['sat'] }] }],
    ['/holidayRegion', { holidayRegion: 'XX' }],
    ['/holidayRegion', { holidayRegion: 'NZ-QQQ' }],
    ['/holidayRegion', { holidayRegion: 'constructor' }],
    ['/holidayRegion', { holidayRegion: 'new zealand' }],
  ])('for %s when it has %j', async (pointer, changes) => {
    const before = await rowCounts(gateway.dataSource);
    const { status, body } = await putCalendar(gateway, 'REFUSED', { ...DAILY, ...changes });
    expect(status).toBe(400);
    expect((body['errors'] as { pointer: string }[]).map((error) => error.pointer)).toEqual([pointer]);
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });

  it('when it is none, and when nobody can be meant by the name of the area', async () => {
    expect((await putCalendar(gateway, 'REFUSED', [DAILY])).status).toBe(400);
    for (const name of [' ', '\u{0}', 'x'.repeat(101)]) {
      expect((await putCalendar(gateway, name, DAILY)).status).toBe(400);
      expect((await getCalendar(name)).status).toBe(400);
    }
  });

  it('from who may only read, as is reading from who may only write', async () => {
    const asked = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}' } as const;
    const path = '/followup-booking/calendars/A';
    expect((await read(gateway, path, { ...asked, scope: 'bookings:read' })).status).toBe(403);
    expect((await getCalendar('A', 'bookings:admin')).status).toBe(403);
  });
});
