import type { Calendar } from '../../src/followup-booking/calendar';
import type { Gateway } from './gateway';
import { type Answer, read } from './http';
import { ServiceMobility, type Technician } from './service-mobility';

const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** One window on each day, so that a test finds the same whatever the day of the week is on which it runs. */
export function daily(capacity: number, from = '08:00', to = '12:00'): Calendar['windows'] {
  return [{ days: EVERY_DAY, from, to, capacity }];
}

export const DAILY: Calendar = {
  timeZone: 'Pacific/Auckland',
  windows: daily(1),
  closed: [],
  open: [],
  horizonDays: 14,
  leadMinutes: 0,
  holidayRegion: null,
};

export function mobilityOf({ url, config }: Gateway): ServiceMobility {
  return new ServiceMobility({ url, secret: config.followup.jwtSecrets.current });
}

/** A technician with a token of ServiceMobility's own. */
export function technicianOf(gateway: Gateway, name = 'h.parata'): Promise<Technician> {
  return mobilityOf(gateway).ownTechnician(name);
}

/** Gives a service area a calendar. @throws when it is refused */
export async function giveCalendar(
  gateway: Gateway,
  serviceAreaId: string,
  calendar: Partial<Calendar> = {},
): Promise<void> {
  const { status, bytes } = await putCalendar(gateway, serviceAreaId, { ...DAILY, ...calendar });
  if (status !== 200) throw new Error(bytes.toString());
}

export function putCalendar(gateway: Gateway, serviceAreaId: string, calendar: unknown): Promise<Answer> {
  return read(gateway, `/followup-booking/calendars/${encodeURIComponent(serviceAreaId)}`, {
    method: 'PUT',
    scope: 'bookings:admin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(calendar),
  });
}

export function cancel(gateway: Gateway, orderNum: string): Promise<Answer> {
  return read(gateway, `/followup-booking/bookings/${orderNum}/cancel`, {
    method: 'POST',
    scope: 'bookings:admin',
  });
}

/** Each window has as many places taken as it has confirmed visits. */
export async function expectPlacesOfBookings({ dataSource }: Gateway): Promise<void> {
  const wrong = await dataSource.query<unknown[]>(`
    SELECT service_area_id, starts_at, ends_at, coalesce(w.booked, 0) AS taken, coalesce(b.visits, 0) AS visits
    FROM followup_window w FULL JOIN (
      SELECT service_area_id, starts_at, ends_at, count(*) AS visits FROM followup_booking
      WHERE status = 'confirmed' GROUP BY 1, 2, 3
    ) b USING (service_area_id, starts_at, ends_at)
    WHERE w.booked IS DISTINCT FROM coalesce(b.visits, 0)`);
  expect(wrong).toEqual([]);
}
