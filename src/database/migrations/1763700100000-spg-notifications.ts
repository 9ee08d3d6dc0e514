import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the Service Partner Gateway has sent, as it came. */
export class SpgNotifications1763700100000 implements MigrationInterface {
  readonly name = 'SpgNotifications1763700100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE spg_notification (
        event_id bigint PRIMARY KEY,
        event_timestamp timestamptz NOT NULL,
        notification_type text NOT NULL,
        wonum text NOT NULL,
        transaction_id text NOT NULL,
        body bytea NOT NULL,
        repaired boolean NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await db.query(`CREATE INDEX spg_notification_of_work_order ON spg_notification (wonum, event_id)`);
    await db.query(`
      CREATE TABLE spg_conflicting_notification (
        event_id bigint,
        body_hash bytea,
        body bytea NOT NULL,
        transaction_id text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (event_id, body_hash)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE spg_conflicting_notification, spg_notification');
  }
}
