import { addDays, localDateOf, LocalDay, minutesOf } from './local-day';

/** When a visit is to be reminded of: at a local time, `hh:mm`, on the day before. */
export function remindAt(visitStart: Date, timeZone: string, time: string): Date {
  const dayBefore = addDays(localDateOf(timeZone, visitStart.getTime()), -1);
  return new Date(LocalDay.of(timeZone, dayBefore).first(minutesOf(time)));
}
