import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calendars of service areas, how full their windows are, and the visits that were booked. */
export class FollowupBooking1764100000000 implements MigrationInterface {
  readonly name = 'FollowupBooking1764100000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE followup_calendar (
        service_area_id text PRIMARY KEY,
        calendar jsonb NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await db.query(`
      CREATE TABLE followup_window (
        service_area_id text,
        starts_at timestamptz,
        ends_at timestamptz,
        booked integer NOT NULL,
        capacity integer NOT NULL,
        PRIMARY KEY (service_area_id, starts_at, ends_at),
        CONSTRAINT followup_window_capacity CHECK (booked BETWEEN 0 AND capacity)
      )`);
    // Every booking of a window rewrites its row: room on the page keeps the updates in place (HOT).
    await db.query(`ALTER TABLE followup_window SET (fillfactor = 70)`);
    await db.query(`CREATE SEQUENCE followup_order_number`);
    await db.query(`
      CREATE TABLE followup_booking (
        order_num text PRIMARY KEY,
        original_order_num text NOT NULL,
        service_area_id text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        time_zone text NOT NULL,
        order_type text NOT NULL,
        account_num text,
        user_name text,
        status text NOT NULL DEFAULT 'confirmed',
        booked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        cancelled_at timestamptz,
        cancel_reason text,
        remind_at timestamptz NOT NULL,
        reminded_at timestamptz,
        transaction_id text NOT NULL,
        body bytea NOT NULL,
        repaired boolean NOT NULL,
        CONSTRAINT followup_booking_status CHECK (status IN ('confirmed', 'cancelled'))
      )`);
    await db.query(`
      CREATE UNIQUE INDEX followup_booking_one_of_order ON followup_booking (original_order_num)
      WHERE status = 'confirmed'`);
    await db.query(`CREATE INDEX followup_booking_of_order ON followup_booking (original_order_num)`);
    await db.query(`CREATE INDEX followup_booking_by_time ON followup_booking (starts_at, order_num)`);
    await db.query(
      `CREATE INDEX followup_booking_of_area ON followup_booking (service_area_id, starts_at, order_num)`,
    );
    await db.query(`
      CREATE INDEX followup_booking_reminder ON followup_booking (remind_at)
      WHERE status = 'confirmed' AND reminded_at IS NULL`);
    await db.query(`
      CREATE TABLE followup_part_order (
        order_num text,
        part_order_num text,
        prod_nums text[] NOT NULL,
        PRIMARY KEY (order_num, part_order_num)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE followup_part_order, followup_booking, followup_window, followup_calendar');
    await db.query('DROP SEQUENCE followup_order_number');
  }
}
