import type { Calendar } from '../../src/followup-booking/calendar';
import { windowsToOffer } from '../../src/followup-booking/windows.policy';
import { searchExample } from '../../src/followup-booking/dto/examples';
import { query } from './server';

const AREAS = 1000;
const CHUNK = 50_000;
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Four windows on each of 60 days, with room for more visits than are filled in. */
export const CALENDAR: Calendar = {
  timeZone: 'Pacific/Auckland',
  windows: [
    ['08:00', '10:00'],
    ['10:00', '12:00'],
    ['13:00', '15:00'],
    ['15:00', '17:00'],
  ].map(([from = '', to = '']) => ({ days: EVERY_DAY, from, to, capacity: 20 })),
  closed: [],
  open: [],
  horizonDays: 60,
  leadMinutes: 0,
  holidayRegion: 'NZ',
};

export function areaOf(number: number): string {
  return `AREA-${String(number % AREAS).padStart(4, '0')}`;
}

const FILL_CALENDARS = `
  INSERT INTO followup_calendar (service_area_id, calendar)
  SELECT 'AREA-' || lpad(n::text, 4, '0'), $1 FROM generate_series(0, ${AREAS - 1}) AS n`;

/** Visits number $1 to $2: area after area, and in each window after window. */
const FILL_BOOKINGS = `
  INSERT INTO followup_booking (order_num, original_order_num, service_area_id, starts_at, ends_at, time_zone,
    order_type, account_num, user_name, remind_at, transaction_id, body, repaired)
  SELECT 'FU-' || lpad(n::text, 6, '0'), 'WO-' || (n * 7919 % 1000000007), 'AREA-' || lpad((n % ${AREAS})::text, 4, '0'),
    w.starts_at, w.ends_at, 'Pacific/Auckland', '1002', 'ACC-20417', 'h.parata', w.starts_at - interval '1 day',
    gen_random_uuid(), convert_to($5, 'UTF8'), false
  FROM generate_series($1::bigint, $2::bigint) AS n
  JOIN unnest($3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY AS w (starts_at, ends_at, place)
    ON place = 1 + n / ${AREAS} % cardinality($3::timestamptz[])`;

const FILL_WINDOWS = `
  INSERT INTO followup_window (service_area_id, starts_at, ends_at, booked, capacity)
  SELECT service_area_id, starts_at, ends_at, count(*), 20 FROM followup_booking GROUP BY 1, 2, 3`;

/** Fills an empty database with calendars, and with so many visits in the windows that they offer. */
export async function fillFollowup(
  databaseUrl: string,
  bookings: number,
  say: (progress: string) => void,
): Promise<void> {
  await query(databaseUrl, FILL_CALENDARS, [JSON.stringify(CALENDAR)]);
  const windows = windowsToOffer(CALENDAR, new Date());
  const starts = windows.map(({ start }) => start);
  const ends = windows.map(({ end }) => end);
  const body = JSON.stringify(searchExample());
  for (let first = 0; first < bookings; first += CHUNK) {
    const last = Math.min(first + CHUNK, bookings) - 1;
    await query(databaseUrl, FILL_BOOKINGS, [first, last, starts, ends, body]);
    if ((last + 1) % (CHUNK * 5) === 0) say(`${last + 1} of ${bookings} visits filled in`);
  }
  await query(databaseUrl, FILL_WINDOWS);
  await query(databaseUrl, `SELECT setval('followup_order_number', $1)`, [Math.max(1, bookings)]);
  // What autovacuum would have done in the meantime, had they come one by one.
  await query(databaseUrl, 'VACUUM (ANALYZE)');
}
