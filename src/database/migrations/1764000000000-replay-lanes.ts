import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Replays at one rate over all replicas, and what ends with a subscription. Some databases have it already. */
export class ReplayLanes1764000000000 implements MigrationInterface {
  readonly name = 'ReplayLanes1764000000000';

  async up(db: QueryRunner): Promise<void> {
    // The next of a replay, and what is under way, without a look at all that is done.
    await db.query(`
      CREATE INDEX IF NOT EXISTS delivery_replay_item_waiting ON delivery_replay_item (replay_id, notification_id)
      WHERE state = 'waiting'`);
    await db.query(`
      CREATE INDEX IF NOT EXISTS delivery_replay_item_queued ON delivery_replay_item (notification_id)
      WHERE state = 'queued'`);
    await db.query(`
      CREATE TABLE IF NOT EXISTS delivery_replay_pace (
        single boolean PRIMARY KEY DEFAULT true,
        until timestamptz NOT NULL,
        CONSTRAINT delivery_replay_pace_single CHECK (single)
      )`);
    await db.query(
      'ALTER TABLE delivery_channel ADD COLUMN IF NOT EXISTS expired boolean NOT NULL DEFAULT false',
    );
    await db.query(`
      CREATE INDEX IF NOT EXISTS delivery_history_of_subscription ON delivery_history (subscription_id, id)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX delivery_history_of_subscription');
    await db.query('ALTER TABLE delivery_channel DROP COLUMN expired');
    await db.query('DROP TABLE delivery_replay_pace');
    await db.query('DROP INDEX delivery_replay_item_waiting, delivery_replay_item_queued');
  }
}
