import fc from 'fast-check';
import { type Calendar, WEEKDAYS } from '../src/followup-booking/calendar';
import { localDateOf, LocalDay } from '../src/followup-booking/local-day';
import { readSlotId, slotIdOf } from '../src/followup-booking/slot';
import { findWindow, whyNotNow, type Window, windowsToOffer } from '../src/followup-booking/windows.policy';
import { DAILY, daily } from './support/followup';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a clock shows there, by the platform's own calendar: `2026-09-27 08:00`. */
function shown(timeZone: string, instant: Date | number): string {
  const format = (clocks[timeZone] ??= new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  }));
  return format.format(instant);
}
const clocks: Record<string, Intl.DateTimeFormat> = {};

function calendar(changes: Partial<Calendar> = {}): Calendar {
  return { ...DAILY, ...changes };
}

function inUtc(windows: readonly Window[]): string[] {
  return windows.map(
    ({ start, end }) => `${start.toISOString().slice(0, 16)}/${end.toISOString().slice(0, 16)}`,
  );
}

/** The windows of single days in New Zealand, from the calendar's own view of the day before. */
function on(date: string, windows: Calendar['windows']): string[] {
  const noonBefore = new Date(Date.parse(`${date}T00:00:00Z`) - DAY);
  return inUtc(windowsToOffer(calendar({ windows }), noonBefore).filter(({ local }) => local.date === date));
}

describe('on the day on which New Zealand puts its clocks forward (27 September 2026, from 02:00 to 03:00)', () => {
  it('a window in the morning is at the same time of the clock, an hour earlier in UTC', () => {
    expect(on('2026-09-26', daily(1))).toEqual(['2026-09-25T20:00/2026-09-26T00:00']);
    expect(on('2026-09-27', daily(1))).toEqual(['2026-09-26T19:00/2026-09-26T23:00']);
  });

  it('a window over the change is an hour shorter', () => {
    expect(on('2026-09-27', daily(1, '00:00', '24:00'))).toEqual(['2026-09-26T12:00/2026-09-27T11:00']);
  });

  it('what begins in the hour that is skipped begins when the clock would have shown it, had it not been changed', () => {
    expect(on('2026-09-27', daily(1, '02:30', '06:00'))).toEqual(['2026-09-26T14:30/2026-09-26T17:00']);
  });

  it('a window in the hour that is skipped is there all the same; one of which nothing is left is not', () => {
    expect(on('2026-09-27', daily(1, '02:15', '02:45'))).toEqual(['2026-09-26T14:15/2026-09-26T14:45']);
    expect(on('2026-09-27', daily(1, '02:45', '03:30'))).toEqual([]);
  });

  it('two windows that become the same are one', () => {
    const windows = [...daily(1, '02:00', '05:00'), ...daily(4, '03:00', '05:00')];
    expect(on('2026-09-27', windows)).toHaveLength(1);
    expect(on('2026-09-28', windows)).toHaveLength(2);
  });
});

describe('on the day on which it puts them back (4 April 2027, from 03:00 to 02:00)', () => {
  it('a window in the morning is at the same time of the clock, an hour later in UTC', () => {
    expect(on('2027-04-03', daily(1))).toEqual(['2027-04-02T19:00/2027-04-02T23:00']);
    expect(on('2027-04-04', daily(1))).toEqual(['2027-04-03T20:00/2027-04-04T00:00']);
  });

  it('a window over the change is an hour longer', () => {
    expect(on('2027-04-04', daily(1, '00:00', '24:00'))).toEqual(['2027-04-03T11:00/2027-04-04T12:00']);
  });

  it('what begins in the hour that comes twice begins the first time, and what ends in it ends the second time', () => {
    expect(on('2027-04-04', daily(1, '02:30', '06:00'))).toEqual(['2027-04-03T13:30/2027-04-03T18:00']);
    expect(on('2027-04-04', daily(1, '01:00', '02:30'))).toEqual(['2027-04-03T12:00/2027-04-03T14:30']);
  });
});

/** Half hours, a change at midnight, one that is half an hour only, two a year at a religious time, none at all. */
const ZONES = [
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Australia/Lord_Howe',
  'America/New_York',
  'America/St_Johns',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Europe/Dublin',
  'Pacific/Pago_Pago',
  'UTC',
];

const instants = fc
  .date({ min: new Date('2025-01-01'), max: new Date('2032-01-01'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / MINUTE) * MINUTE));

const times = fc
  .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 1440 }))
  .filter(([from, to]) => from < to)
  .map(([from, to]) => [clockTime(from), clockTime(to)] as const);

function clockTime(minutes: number): string {
  const part = (number: number): string => String(number).padStart(2, '0');
  return `${part(Math.floor(minutes / 60))}:${part(minutes % 60)}`;
}

describe('in any time zone, at any time', () => {
  it('the local date is the one that the platform’s calendar shows', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instants, (zone, instant) => {
        expect(localDateOf(zone, instant.getTime())).toBe(shown(zone, instant).slice(0, 10));
      }),
      { numRuns: 2000 },
    );
  });

  it('the clock shows the time at the instants that are found for it, unless it never shows it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        instants,
        fc.integer({ min: 0, max: 1439 }),
        (zone, day, minutes) => {
          const date = day.toISOString().slice(0, 10);
          const local = LocalDay.of(zone, date);
          const wanted = `${date} ${clockTime(minutes)}`;
          const [first, last] = [local.first(minutes), local.last(minutes)];
          const around = Array.from(
            { length: 2 * 48 * 4 + 1 },
            (_, n) => Date.parse(date) - 2 * DAY + n * 15 * MINUTE,
          );
          const candidates = around.map((instant) => instant + (minutes % 15) * MINUTE);
          const real = candidates.filter((instant) => shown(zone, instant) === wanted);
          if (real.length > 0) expect([first, last]).toEqual([real[0], real.at(-1)]);
          else expect(first).toBe(last);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('a window of the calendar is offered at its times of the clock, on its days, within the horizon, in order', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        instants,
        times,
        fc.integer({ min: 1, max: 89 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.subarray([...WEEKDAYS], { minLength: 1 }),
        (timeZone, now, [from, to], horizonDays, leadMinutes, days) => {
          const area = calendar({
            timeZone,
            horizonDays,
            leadMinutes,
            windows: [{ days, from, to, capacity: 1 }],
          });
          const windows = windowsToOffer(area, now);
          const today = shown(timeZone, now).slice(0, 10);
          for (const [index, window] of windows.entries()) {
            const { start, end, local } = window;
            expect(start.getTime()).toBeGreaterThanOrEqual(now.getTime() + leadMinutes * MINUTE);
            expect((Date.parse(local.date) - Date.parse(today)) / DAY).toBeLessThanOrEqual(horizonDays);
            expect(days).toContain(WEEKDAYS[new Date(local.date).getUTCDay()]);
            expect(start < end).toBe(true);
            expect(windows[index - 1]?.end.getTime() ?? 0).toBeLessThanOrEqual(start.getTime() + HOUR);
            const ordinary = end.getTime() - start.getTime() === minutesBetween(from, to) * MINUTE;
            if (ordinary) expect(shown(timeZone, start)).toBe(`${local.date} ${from}`);
            // What is offered can be found again, and booked.
            expect(findWindow(area, start, end)).toEqual(window);
            expect(whyNotNow(area, window, now)).toBeUndefined();
            const slot = { serviceAreaId: 'A@-B', start, end };
            expect(readSlotId(slotIdOf(slot))).toEqual(slot);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('there are as many windows as days, but for those that the clock skips and those that begin too soon', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        instants,
        fc.integer({ min: 1, max: 89 }),
        (timeZone, now, horizonDays) => {
          const windows = windowsToOffer(
            calendar({ timeZone, horizonDays, windows: daily(1, '12:00', '14:00') }),
            now,
          );
          expect([horizonDays, horizonDays + 1]).toContain(windows.length);
          expect(new Set(windows.map(({ local }) => local.date)).size).toBe(windows.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});

function minutesBetween(from: string, to: string): number {
  const [start, end] = [from, to].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
  return (end ?? 0) - (start ?? 0);
}

it('an id says the same on every replica and on every day; what is no id of ours says nothing', () => {
  const slot = {
    serviceAreaId: 'HAM EAST/2@x',
    start: new Date('2026-11-23T19:00:00Z'),
    end: new Date('2026-11-23T23:00:00Z'),
  };
  expect(slotIdOf(slot)).toBe('20261123T190000Z-20261123T230000Z@HAM EAST/2@x');
  for (const text of [
    '',
    'b8d0',
    '20261123T190000Z-20261123T230000Z@',
    '20261323T190000Z-20261123T230000Z@A',
  ]) {
    expect(readSlotId(text)).toBeUndefined();
  }
});
