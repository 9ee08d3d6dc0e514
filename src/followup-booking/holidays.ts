import Holidays from 'date-holidays';
import { addDays } from './local-day';

const DAY_MS = 86_400_000;
const known = new Map<string, ReadonlySet<string>>();

/** Whether the library knows the public holidays of a country, or of one of its parts. */
export function isHolidayRegion(region: string): boolean {
  const [country = '', state, part] = region.split('-');
  const library = new Holidays();
  if (!Object.hasOwn(library.getCountries(), country)) return false;
  if (state !== undefined && !Object.hasOwn(library.getStates(country) ?? {}, state)) return false;
  return part === undefined || Object.hasOwn(library.getRegions(country, state ?? '') ?? {}, part);
}

/** The dates of a year's public holidays, with the days on which they are observed when they fall on a weekend. */
export function publicHolidaysOf(region: string, year: number): ReadonlySet<string> {
  const key = `${region} ${year}`;
  const dates = known.get(key) ?? new Set(datesOf(region, year));
  known.set(key, dates);
  return dates;
}

function datesOf(region: string, year: number): string[] {
  const [country = '', state = '', part = ''] = region.split('-');
  return new Holidays(country, state, part)
    .getHolidays(year)
    .filter(({ type }) => type === 'public')
    .flatMap(({ date, start, end }) => {
      const days = Math.max(1, Math.round((end.getTime() - start.getTime()) / DAY_MS));
      return Array.from({ length: days }, (_, day) => addDays(date.slice(0, 'yyyy-mm-dd'.length), day));
    });
}
