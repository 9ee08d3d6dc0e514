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
  return new ServiceMobility({ url, secret: config.followup.jwtSecret });
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

/** The places that are taken in each window, and those that confirmed bookings say: the same, unless something is wrong. */
export async function placesAndBookings({ dataSource }: Gateway): Promise<{ taken: number; booked: number }> {
  const [places] = await dataSource.query<{ taken: number }[]>(
    'SELECT coalesce(sum(booked), 0)::int AS taken FROM followup_window',
  );
  const [bookings] = await dataSource.query<{ booked: number }[]>(`
    SELECT count(*)::int AS booked FROM followup_booking b JOIN followup_window USING (service_area_id, starts_at, ends_at)
    WHERE status = 'confirmed'`);
  return { taken: places?.taken ?? NaN, booked: bookings?.booked ?? NaN };
}
