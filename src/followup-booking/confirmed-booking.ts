import type { DataSource } from 'typeorm';
import { type Prepared, runPrepared } from '../database/prepared';
import type { Slot } from './slot';

/** By the index followup_booking_one_of_order. */
const CONFIRMED: Prepared = {
  name: 'followup-confirmed',
  text: `
    SELECT order_num, service_area_id, starts_at, ends_at FROM followup_booking
    WHERE original_order_num = $1 AND status = 'confirmed'`,
};

interface Row {
  order_num: string;
  service_area_id: string;
  starts_at: Date;
  ends_at: Date;
}

/** The visit that a work order has. */
export async function confirmedBookingOf(
  dataSource: DataSource,
  originalOrderNum: string,
): Promise<{ readonly orderNum: string; readonly slot: Slot } | undefined> {
  const [row] = await runPrepared<Row>(dataSource, CONFIRMED, [originalOrderNum]);
  if (!row) return undefined;
  const slot = { serviceAreaId: row.service_area_id, start: row.starts_at, end: row.ends_at };
  return { orderNum: row.order_num, slot };
}
