import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Replays, the delivery log, what retention has taken away, and when receivers were last told where they should be. */
export class Replays1763900100000 implements MigrationInterface {
  readonly name = 'Replays1763900100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE delivery_replay (
        id uuid PRIMARY KEY,
        party_id text NOT NULL,
        request jsonb NOT NULL,
        state text NOT NULL DEFAULT 'running',
        matched integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        finished_at timestamptz,
        CONSTRAINT delivery_replay_state CHECK (state IN ('running', 'done', 'cancelled'))
      )`);
    await db.query(`
      CREATE INDEX delivery_replay_running ON delivery_replay (created_at) WHERE state = 'running'`);
    await db.query(`
      CREATE TABLE delivery_replay_item (
        replay_id uuid NOT NULL,
        notification_id uuid NOT NULL,
        state text NOT NULL,
        PRIMARY KEY (replay_id, notification_id),
        CONSTRAINT delivery_replay_item_state
          CHECK (state IN ('waiting', 'queued', 'sent', 'errored', 'cancelled'))
      )`);
    // While one replay has it, no other takes it: two that are the same do not multiply.
    await db.query(`
      CREATE UNIQUE INDEX delivery_replay_item_once ON delivery_replay_item (notification_id)
      WHERE state IN ('waiting', 'queued')`);
    await db.query(`ALTER TABLE delivery_notification ADD COLUMN note jsonb`);
    // Only of what is finished: the queue is small, and has enough to do.
    await db.query(`CREATE INDEX delivery_history_of_party ON delivery_history (party_id, id)`);
    await db.query(`
      CREATE INDEX delivery_history_failed ON delivery_history (party_id, id) WHERE status <> 'sent'`);
    await db.query(`
      CREATE INDEX delivery_history_by_transaction ON delivery_history (transaction_id)
      WHERE transaction_id IS NOT NULL`);
    await db.query(`
      CREATE TABLE delivery_archived (
        subscription_id uuid NOT NULL,
        status text NOT NULL,
        notifications bigint NOT NULL,
        PRIMARY KEY (subscription_id, status)
      )`);
    await db.query(`
      ALTER TABLE tuatahi_subscription
        ADD COLUMN warned_days integer[] NOT NULL DEFAULT '{}',
        ADD COLUMN matched_at timestamptz,
        ADD COLUMN checkpoint_at timestamptz,
        ADD COLUMN unmatched_after bigint`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE tuatahi_subscription
        DROP COLUMN warned_days, DROP COLUMN matched_at, DROP COLUMN checkpoint_at, DROP COLUMN unmatched_after`);
    await db.query(`
      DROP INDEX delivery_history_of_party, delivery_history_failed, delivery_history_by_transaction`);
    await db.query('ALTER TABLE delivery_notification DROP COLUMN note');
    await db.query('DROP TABLE delivery_archived, delivery_replay_item, delivery_replay');
  }
}
