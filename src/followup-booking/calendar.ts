/** Days of the week as calendars name them, from `Date.getUTCDay()` 0. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** The service area whose calendar is that of every area without one of its own. */
export const DEFAULT_AREA = '*';

/** When a service area has technicians, and how many. Times are those of the clock on the wall, `hh:mm`. */
export interface Calendar {
  /** IANA name. */
  readonly timeZone: string;
  readonly windows: readonly WeeklyWindow[];
  /** Dates without any window, as public holidays are. */
  readonly closed: readonly string[];
  /** Windows of single days: of closed ones, too, and in place of a weekly window with the same times. */
  readonly open: readonly SingleWindow[];
  /** The last day that is offered is so many days ahead. */
  readonly horizonDays: number;
  /** What begins sooner than this is not offered any more. */
  readonly leadMinutes: number;
  /** ISO 3166 country, or one of its parts: `NZ`, `NZ-AUK`. Null: no public holidays. */
  readonly holidayRegion: string | null;
}

interface WeeklyWindow {
  readonly days: readonly Weekday[];
  readonly from: string;
  readonly to: string;
  /** Visits in one window. */
  readonly capacity: number;
}

interface SingleWindow {
  readonly date: string;
  readonly from: string;
  readonly to: string;
  readonly capacity: number;
}

const WORKING_DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];

/** In force until somebody puts another one to the area `*`: so a fresh installation has something to offer. */
export const DEFAULT_CALENDAR: Calendar = {
  timeZone: 'Pacific/Auckland',
  windows: [
    { days: WORKING_DAYS, from: '08:00', to: '12:00', capacity: 1 },
    { days: WORKING_DAYS, from: '13:00', to: '17:00', capacity: 1 },
  ],
  closed: [],
  open: [],
  horizonDays: 14,
  leadMinutes: 120,
  holidayRegion: 'NZ',
};
