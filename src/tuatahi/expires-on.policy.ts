import { DateTime } from 'luxon';
import type { InvalidField } from '../fields/invalid-field';
import { beginsWithRealDate } from '../fields/real-date';
import type { Rule } from '../fields/rule';

const ZONE = 'Pacific/Auckland';

/** Days before the end, in New Zealand's calendar, on which a subscription's contacts are warned; farthest first. */
export const WARNING_DAYS = [30, 7, 1] as const;
export type WarningDays = (typeof WARNING_DAYS)[number];

/** A date; or a date and a time, written as partners write them elsewhere, but here the zone may be missing. */
const EXPIRES_ON =
  /^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])([Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(?<offset>[Zz]|[+-](0\d|1[0-4]):?[0-5]\d)?)?$/;

/** What an `expiresOn` looks like. Whether it is in the future is for `toExpiry` to say. */
export const expiresOnRule: Rule = {
  keyword: 'expiresOn',
  detail:
    'must be an existing date, such as 2027-03-01, or date and time, such as 2027-03-01T17:00:00 (New Zealand time) or 2027-03-01T04:00:00Z',
  holds: (value) => typeof value === 'string' && EXPIRES_ON.test(value) && beginsWithRealDate(value),
};

/** An `expiresOn` that no subscription can have. */
export class InvalidExpiresOn extends Error {
  override readonly name = 'InvalidExpiresOn';

  constructor(readonly invalid: readonly InvalidField[]) {
    super('expiresOn is not valid');
  }
}

/**
 * The instant from which on a subscription is expired: it lives before it, and no longer at it. Never more than
 * a year after `now`: later, or absent, means exactly that [published by TFF].
 *
 * - A date means the end of that day in New Zealand, hence the instant at which the next day begins there.
 * - A date and time without a zone is New Zealand time. One that the clock shows twice (an hour in April)
 *   means the second, and one that it skips (an hour in September) is read on the clock as it was before, so
 *   02:30 is 03:30: nobody loses a subscription sooner than they may have meant.
 * - With `Z` or an offset it is what it says. All is kept to the millisecond.
 *
 * @throws InvalidExpiresOn when it is neither, or not after `now`
 */
export function toExpiry(expiresOn: unknown, now: Date): Date {
  const latest = yearAfter(now);
  if (expiresOn === undefined || expiresOn === null) return latest;
  if (!expiresOnRule.holds(expiresOn, {})) throw refusal(expiresOnRule.keyword, expiresOnRule.detail);
  const expiry = read(expiresOn as string);
  if (expiry <= now) throw refusal('future', 'must be in the future');
  return expiry < latest ? expiry : latest;
}

/**
 * An expiry as answers show it: the last day in New Zealand on which the subscription lives (at least a part of
 * the day). Sent back, it means the end of that day, so what was sent as a date comes out as the same instant.
 */
export function toExpiresOn(expiry: Date): string {
  return lastDay(expiry).toISODate() ?? '';
}

/** How many times New Zealand's calendar will turn before the last day: 0 on that day itself. */
export function daysLeft(expiry: Date, now: Date): number {
  return lastDay(expiry).diff(inNewZealand(now).startOf('day'), 'days').days;
}

/**
 * The warning to send now: the nearest that is due, unless it or a nearer one was sent for this expiry. So each
 * goes out once, and a subscription that was short from the start, or a job that was down, gives one e-mail and
 * not one for each threshold passed. After an extension `alreadyWarned` starts anew, empty.
 */
export function warningDue(
  expiry: Date,
  now: Date,
  alreadyWarned: readonly number[],
): WarningDays | undefined {
  if (now >= expiry) return undefined;
  const left = daysLeft(expiry, now);
  const due = WARNING_DAYS.findLast((days) => left <= days);
  return due !== undefined && alreadyWarned.every((days) => days > due) ? due : undefined;
}

/** The latest end that has so many days left, or fewer: `daysLeft(expiry, now) <= days` as a comparison. */
export function latestWith(days: number, now: Date): Date {
  return inNewZealand(now)
    .startOf('day')
    .plus({ days: days + 1 })
    .toJSDate();
}

/** The same day and time a year on; 29 February becomes the 28th. */
function yearAfter(now: Date): Date {
  return second(inNewZealand(now).plus({ years: 1 }));
}

function read(expiresOn: string): Date {
  const time = DateTime.fromISO(expiresOn.toUpperCase().replace(' ', 'T'), { zone: ZONE });
  if (expiresOn.length === 'yyyy-mm-dd'.length) return time.plus({ days: 1 }).toJSDate();
  return EXPIRES_ON.exec(expiresOn)?.groups?.['offset'] ? time.toJSDate() : second(time);
}

/** What the clock shows, the second time if it shows it twice. Luxon takes either, depending on today's date. */
function second(time: DateTime): Date {
  return new Date(Math.max(...time.getPossibleOffsets().map((possible) => possible.toMillis())));
}

function lastDay(expiry: Date): DateTime {
  return inNewZealand(expiry).minus({ milliseconds: 1 }).startOf('day');
}

function inNewZealand(instant: Date): DateTime {
  return DateTime.fromJSDate(instant, { zone: ZONE });
}

function refusal(keyword: string, detail: string): InvalidExpiresOn {
  return new InvalidExpiresOn([{ pointer: '/expiresOn', detail, keyword }]);
}
