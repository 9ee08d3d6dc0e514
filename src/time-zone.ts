import { IANAZone } from 'luxon';

/** Whether this is the name of a time zone that the system knows: `Pacific/Auckland`. */
export function isTimeZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}
