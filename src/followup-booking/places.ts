import type { DataSource, EntityManager } from 'typeorm';
import { type Prepared, runPrepared } from '../database/prepared';
import type { Period } from './customer-periods.policy';
import type { Slot } from './slot';

/**
 * Takes a place, or does nothing when there is none left. Guarantees: whoever comes at the same time waits for the
 * row, and then sees what the one before has left; the table's own check says the same. By the primary key.
 */
const TAKE = `
  INSERT INTO followup_window AS w (service_area_id, starts_at, ends_at, booked, capacity)
  VALUES ($1, $2, $3, 1, $4)
  ON CONFLICT (service_area_id, starts_at, ends_at) DO UPDATE
    SET booked = w.booked + 1, capacity = excluded.capacity
    WHERE w.booked < excluded.capacity
  RETURNING booked`;

const GIVE_BACK = `
  UPDATE followup_window SET booked = booked - 1
  WHERE service_area_id = $1 AND starts_at = $2 AND ends_at = $3`;

/** Each by the primary key, and once for all visits in it; whether it has another one, by followup_booking_of_area. */
const CLEAR = `
  DELETE FROM followup_window w
  USING unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS slot (service_area_id, starts_at, ends_at)
  WHERE (w.service_area_id, w.starts_at, w.ends_at) = (slot.service_area_id, slot.starts_at, slot.ends_at)
    AND NOT EXISTS (
      SELECT FROM followup_booking b
      WHERE (b.service_area_id, b.starts_at, b.ends_at) = (w.service_area_id, w.starts_at, w.ends_at))`;

const BOOKED_IN: Prepared = {
  name: 'followup-booked-in',
  text: 'SELECT booked FROM followup_window WHERE service_area_id = $1 AND starts_at = $2 AND ends_at = $3',
};

/** A range of the primary key, so as long as the horizon, however many bookings there are. */
const BOOKED_WITHIN: Prepared = {
  name: 'followup-booked-within',
  text: `
    SELECT starts_at, ends_at, booked FROM followup_window
    WHERE service_area_id = $1 AND starts_at BETWEEN $2 AND $3`,
};

/** @returns false when there is none left */
export async function takePlace(
  tx: EntityManager,
  { serviceAreaId, start, end }: Slot,
  capacity: number,
): Promise<boolean> {
  const taken = await tx.query<unknown[]>(TAKE, [serviceAreaId, start, end, capacity]);
  return taken.length > 0;
}

export async function giveBackPlace(tx: EntityManager, { serviceAreaId, start, end }: Slot): Promise<void> {
  await tx.query(GIVE_BACK, [serviceAreaId, start, end]);
}

/** Forgets windows that are over, but for those of which a visit is kept. */
export async function clearWindows(tx: EntityManager, slots: readonly Slot[]): Promise<void> {
  await tx.query(CLEAR, [
    slots.map(({ serviceAreaId }) => serviceAreaId),
    slots.map(({ start }) => start),
    slots.map(({ end }) => end),
  ]);
}

/** How many visits a window has; only a look, since another may come a moment later. */
export async function bookedIn(dataSource: DataSource, { serviceAreaId, start, end }: Slot): Promise<number> {
  const parameters = [serviceAreaId, start, end];
  const [row] = await runPrepared<{ booked: number }>(dataSource, BOOKED_IN, parameters);
  return row?.booked ?? 0;
}

interface WindowRow {
  starts_at: Date;
  ends_at: Date;
  booked: number;
}

/** The same for all windows that begin between two instants. */
export async function bookedWithin(
  dataSource: DataSource,
  serviceAreaId: string,
  [first, last]: readonly [Date, Date],
): Promise<(window: Period) => number> {
  const parameters = [serviceAreaId, first, last];
  const rows = await runPrepared<WindowRow>(dataSource, BOOKED_WITHIN, parameters);
  const booked = new Map(rows.map((row) => [keyOf({ start: row.starts_at, end: row.ends_at }), row.booked]));
  return (window) => booked.get(keyOf(window)) ?? 0;
}

function keyOf({ start, end }: Period): string {
  return `${start.getTime()} ${end.getTime()}`;
}
