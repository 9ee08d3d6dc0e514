import { beginsWithRealDate } from './real-date';
import { scalar, type ScalarOptions } from './scalar';

/**
 * RFC 3339, and what partners' libraries write in its place: no seconds, an offset without its colon
 * (Java's `Z` pattern), a blank for the `T`. All of it is read by both `Date` and PostgreSQL, which is why
 * a leap second (`:60`) and the year 0 are refused.
 */
const DATE_TIME =
  /^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?([Zz]|[+-](0\d|1[0-4]):?[0-5]\d)$/;

/** An instant inside a partner's message: date, time and the offset from UTC. */
export function DateTime(options: ScalarOptions): PropertyDecorator {
  return scalar(
    {
      keyword: 'dateTime',
      detail: 'must be an existing date and time with "Z" or an offset, such as 2026-08-04T09:15:00+12:00',
      holds: isDateTime,
    },
    { type: 'string', format: 'date-time', pattern: DATE_TIME.source },
    { example: '2026-08-04T09:15:00+12:00', ...options },
  );
}

export function isDateTime(value: unknown): boolean {
  return typeof value === 'string' && DATE_TIME.test(value) && beginsWithRealDate(value);
}
