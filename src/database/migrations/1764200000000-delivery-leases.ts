import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has claimed a notification changes no index any more: the end of its lease has a column of its own. */
export class DeliveryLeases1764200000000 implements MigrationInterface {
  readonly name = 'DeliveryLeases1764200000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE delivery_notification ADD COLUMN leased_until timestamptz');
    // Half of each page is for the version that says who has claimed it (HOT).
    await db.query('ALTER TABLE delivery_queue SET (fillfactor = 50)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE delivery_queue RESET (fillfactor)');
    await db.query('ALTER TABLE delivery_notification DROP COLUMN leased_until');
  }
}
