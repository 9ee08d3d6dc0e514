import { DateTime } from 'luxon';

/** Decimals of a second that a `Date` can hold; ITAS writes as many as it likes. */
const EXCESS_DECIMALS = /(\.\d{3})\d+/;

/**
 * The instant of an `EnqueueTime`, to the millisecond.
 * @param text what `LocalDateTime` accepts
 * @param zone IANA name of the zone that ITAS's clocks are in; an offset in the text itself is believed first
 */
export function readEnqueueTime(text: string, zone: string): Date {
  return DateTime.fromISO(text.replace(EXCESS_DECIMALS, '$1'), { zone }).toJSDate();
}
