import { type Calendar, WEEKDAYS } from './calendar';
import { publicHolidaysOf } from './holidays';
import { addDays, localDateOf, LocalDay, minutesOf, weekdayOf } from './local-day';
import { isSamePeriod } from './slot';

const MINUTE_MS = 60_000;

/** A period in which technicians can come. */
export interface Window {
  readonly start: Date;
  readonly end: Date;
  /** Visits that it has room for. */
  readonly capacity: number;
  /** As the clock on the wall shows it. */
  readonly local: { readonly date: string; readonly from: string; readonly to: string };
}

type DayWindow = Window['local'] & { readonly capacity: number };

/** All windows that can be booked now, the earliest first. */
export function windowsToOffer(calendar: Calendar, now: Date): Window[] {
  const today = localDateOf(calendar.timeZone, now.getTime());
  const soonest = soonestStart(calendar, now);
  const windows: Window[] = [];
  for (let day = 0; day <= calendar.horizonDays; day += 1) {
    for (const window of windowsOn(calendar, addDays(today, day))) {
      if (window.start.getTime() >= soonest) windows.push(window);
    }
  }
  return windows;
}

/** Why a window of the calendar can't be booked now; undefined when it can. */
export function whyNotNow(
  calendar: Calendar,
  { start, local }: Window,
  now: Date,
): 'late' | 'far' | undefined {
  if (start.getTime() < soonestStart(calendar, now)) return 'late';
  const last = addDays(localDateOf(calendar.timeZone, now.getTime()), calendar.horizonDays);
  return local.date > last ? 'far' : undefined;
}

/** The window of the calendar with exactly this beginning and end, whenever that is. */
export function findWindow(calendar: Calendar, start: Date, end: Date): Window | undefined {
  const date = localDateOf(calendar.timeZone, start.getTime());
  return windowsOn(calendar, date).find(
    (window) => window.start.getTime() === start.getTime() && window.end.getTime() === end.getTime(),
  );
}

/**
 * The windows of one day, the earliest first. A window is what the clock on the wall shows, so it lasts an hour more
 * or less when the clock is changed in it. A time that the clock skips counts as if it had not been changed; there is
 * no window of which nothing is left by that, and only one of two that become the same.
 */
function windowsOn(calendar: Calendar, date: string): Window[] {
  const planned = plannedOn(calendar, date);
  if (planned.length === 0) return [];
  const day = LocalDay.of(calendar.timeZone, date);
  return planned
    .map(({ capacity, from, to }) => ({
      start: new Date(day.first(minutesOf(from))),
      end: new Date(day.last(minutesOf(to))),
      capacity,
      local: { date, from, to },
    }))
    .filter(({ start, end }) => start < end)
    .toSorted((a, b) => a.start.getTime() - b.start.getTime() || a.end.getTime() - b.end.getTime())
    .filter((window, index, all) => {
      const before = all[index - 1];
      return !before || !isSamePeriod(before, window);
    });
}

function plannedOn(calendar: Calendar, date: string): DayWindow[] {
  const single = calendar.open.filter((window) => window.date === date);
  if (isClosed(calendar, date)) return single;
  const weekday = WEEKDAYS[weekdayOf(date)];
  const weekly = calendar.windows
    .filter(({ days }) => weekday !== undefined && days.includes(weekday))
    .filter(({ from, to }) => !single.some((one) => one.from === from && one.to === to))
    .map(({ from, to, capacity }) => ({ date, from, to, capacity }));
  return [...weekly, ...single];
}

function isClosed({ closed, holidayRegion }: Calendar, date: string): boolean {
  if (closed.includes(date)) return true;
  return holidayRegion !== null && publicHolidaysOf(holidayRegion, Number(date.slice(0, 4))).has(date);
}

function soonestStart({ leadMinutes }: Calendar, now: Date): number {
  return now.getTime() + leadMinutes * MINUTE_MS;
}
