import { IANAZone } from 'luxon';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A horizon's days in some hundred time zones. */
const MAX_REMEMBERED = 10_000;
const remembered = new Map<string, LocalDay>();

/**
 * One day of a place's calendar, and the instants at which its clock shows what. In place of Luxon's `DateTime`,
 * which needs some 15 µs for each instant: a search asks for hundreds. Here a day on which the clock is not changed,
 * which is nearly every day, looks at the time zone twice, and is remembered.
 */
export class LocalDay {
  private constructor(
    private readonly zone: IANAZone,
    /** Midnight, were the place in UTC. */
    private readonly midnight: number,
    /** Offset from UTC in milliseconds before any instant of the day, and after. */
    private readonly before: number,
    private readonly after: number,
  ) {}

  /** @param date `yyyy-mm-dd` */
  static of(timeZone: string, date: string): LocalDay {
    const key = `${timeZone} ${date}`;
    const known = remembered.get(key) ?? LocalDay.make(timeZone, date);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, known);
    return known;
  }

  private static make(timeZone: string, date: string): LocalDay {
    const zone = IANAZone.create(timeZone);
    const midnight = Date.parse(`${date}T00:00:00Z`);
    // No place is more than 14 hours ahead of UTC, or 12 behind it.
    const before = zone.offset(midnight - 14 * HOUR_MS) * MINUTE_MS;
    const after = zone.offset(midnight + DAY_MS + 12 * HOUR_MS) * MINUTE_MS;
    return new LocalDay(zone, midnight, before, after);
  }

  /** When the clock shows so many minutes after midnight; for the first time, in the hour that it shows twice. */
  first(minutes: number): number {
    return Math.min(...this.instantsAt(minutes));
  }

  /** The same, but for the last time. */
  last(minutes: number): number {
    return Math.max(...this.instantsAt(minutes));
  }

  /** One; two when the clock was put back over it; when it was put forward over it, as if it had not been. */
  private instantsAt(minutes: number): number[] {
    const shown = this.midnight + minutes * MINUTE_MS;
    if (this.before === this.after) return [shown - this.before];
    const real = [this.before, this.after].filter(
      (offset) => this.zone.offset(shown - offset) * MINUTE_MS === offset,
    );
    return (real.length > 0 ? real : [this.before]).map((offset) => shown - offset);
  }
}

/** Minutes after midnight. @param time `hh:mm` */
export function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** The date in a time zone, `yyyy-mm-dd`. */
export function localDateOf(timeZone: string, instant: number): string {
  const offset = IANAZone.create(timeZone).offset(instant) * MINUTE_MS;
  return new Date(instant + offset).toISOString().slice(0, 'yyyy-mm-dd'.length);
}

/** The date so many days later, or earlier. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 'yyyy-mm-dd'.length);
}

/** 0 is Sunday. */
export function weekdayOf(date: string): number {
  return new Date(date).getUTCDay();
}
