import { IANAZone } from 'luxon';
import { Choice } from '../../fields/choice';
import { Closed } from '../../fields/closed';
import { isAbsent } from '../../fields/json-object';
import { ListOf } from '../../fields/nested';
import { Integer } from '../../fields/number';
import { beginsWithRealDate } from '../../fields/real-date';
import { scalar, type ScalarOptions } from '../../fields/scalar';
import { type Calendar, DEFAULT_CALENDAR, WEEKDAYS, type Weekday } from '../calendar';
import { isHolidayRegion } from '../holidays';

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const END_TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
const DATE = /^2\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const REGION = /^[A-Z]{2}(-[A-Za-z0-9]{1,4}){0,2}$/;

const CAPACITY = { min: 1, max: 1000, description: 'Visits in one window', example: 1 } as const;

/** When a window begins, as the clock on the wall shows it. */
function From(): PropertyDecorator {
  return scalar(
    { keyword: 'time', detail: 'must be a time from 00:00 to 23:59', holds: (value) => matches(TIME, value) },
    { type: 'string', pattern: TIME.source },
    { description: 'Beginning, local time', example: '08:00' },
  );
}

/** When it ends: on the same day, so both compare as texts do. */
function To(): PropertyDecorator {
  return scalar(
    {
      keyword: 'endTime',
      detail: 'must be a time to 24:00, and after from',
      holds: (value, owner) => matches(END_TIME, value) && isAfter(value, (owner as { from?: unknown }).from),
    },
    { type: 'string', pattern: END_TIME.source },
    { description: 'End, local time; 24:00 is the end of the day', example: '12:00' },
  );
}

/** A beginning that is no time is refused itself. */
function isAfter(to: string, from: unknown): boolean {
  return !matches(TIME, from) || to > from;
}

function CalendarDate(options: ScalarOptions): PropertyDecorator {
  return scalar(
    { keyword: 'date', detail: 'must be an existing date, such as 2026-12-28', holds: isDate },
    { type: 'string', format: 'date', pattern: DATE.source },
    options,
  );
}

function TimeZone(): PropertyDecorator {
  return scalar(
    {
      keyword: 'timeZone',
      detail: 'must be the IANA name of a time zone, such as Pacific/Auckland',
      holds: (value) => typeof value === 'string' && value.length <= 50 && IANAZone.isValidZone(value),
    },
    { type: 'string', maxLength: 50 },
    { description: 'Where the windows are what the clock shows', example: 'Pacific/Auckland' },
  );
}

function HolidayRegion(): PropertyDecorator {
  return scalar(
    {
      keyword: 'holidayRegion',
      detail: 'must be a country, such as NZ, or a part of one, such as NZ-AUK, whose holidays are known',
      holds: (value) => matches(REGION, value) && isHolidayRegion(value),
    },
    { type: 'string', pattern: REGION.source },
    {
      optional: true,
      description: 'Whose public holidays are closed days; absent or null: nobody’s',
      example: 'NZ-WKO',
    },
  );
}

@Closed()
class WeeklyWindowDto {
  @Choice(WEEKDAYS, { list: { min: 1, max: 7 }, description: 'On which days', example: ['mon', 'tue'] })
  days: Weekday[];

  @From()
  from: string;

  @To()
  to: string;

  @Integer(CAPACITY)
  capacity: number;
}

@Closed()
class SingleWindowDto {
  @CalendarDate({ description: 'On which day', example: '2026-12-19' })
  date: string;

  @From()
  from: string;

  @To()
  to: string;

  @Integer(CAPACITY)
  capacity: number;
}

/** When a service area has technicians, and how many. */
@Closed()
export class CalendarDto {
  @TimeZone()
  timeZone: string;

  @ListOf(() => WeeklyWindowDto, { max: 50, description: 'Windows of every week' })
  windows: WeeklyWindowDto[];

  @CalendarDate({
    optional: true,
    list: { max: 1000 },
    description: 'Days without windows, besides public holidays',
    example: ['2026-12-28'],
  })
  closed?: string[] | null;

  @ListOf(() => SingleWindowDto, {
    optional: true,
    max: 1000,
    description: 'Windows of single days, closed ones, too; in place of a weekly one with the same times',
  })
  open?: SingleWindowDto[] | null;

  @Integer({
    optional: true,
    min: 1,
    max: 89,
    description: 'How many days ahead the last day is that is offered; 14 when absent',
    example: 14,
  })
  horizonDays?: number | null;

  @Integer({
    optional: true,
    min: 0,
    max: 89 * 24 * 60,
    description: 'Minutes from now that are not offered any more; 120 when absent',
    example: 120,
  })
  leadMinutes?: number | null;

  @HolidayRegion()
  holidayRegion?: string | null;
}

/** With what is absent. */
export function toCalendar(given: CalendarDto): Calendar {
  return {
    timeZone: given.timeZone,
    windows: given.windows.map(({ days, from, to, capacity }) => ({ days, from, to, capacity })),
    closed: given.closed ?? [],
    open: (given.open ?? []).map(({ date, from, to, capacity }) => ({ date, from, to, capacity })),
    horizonDays: given.horizonDays ?? DEFAULT_CALENDAR.horizonDays,
    leadMinutes: given.leadMinutes ?? DEFAULT_CALENDAR.leadMinutes,
    holidayRegion: isAbsent(given.holidayRegion) ? null : given.holidayRegion,
  };
}

function isDate(value: unknown): boolean {
  return matches(DATE, value) && beginsWithRealDate(value);
}

function matches(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}

/** A calendar as it can be given again. */
export function calendarAnswer({ holidayRegion, windows, closed, open, ...others }: Calendar): CalendarDto {
  return {
    ...others,
    windows: windows.map((window) => ({ ...window, days: [...window.days] })),
    closed: [...closed],
    open: [...open],
    ...(holidayRegion !== null && { holidayRegion }),
  };
}
