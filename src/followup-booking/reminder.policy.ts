import { addDays, localDateOf, LocalDay } from './local-day';

/** When a visit is to be reminded of: at a local time, `hh:mm`, on the day before. */
export function remindAt(visitStart: Date, timeZone: string, time: string): Date {
  const dayBefore = addDays(localDateOf(timeZone, visitStart.getTime()), -1);
  const minutes = Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  return new Date(LocalDay.of(timeZone, dayBefore).first(minutes));
}
