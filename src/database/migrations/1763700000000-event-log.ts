import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The event log, its durable consumers' cursors, and what they have set aside. */
export class EventLog1763700000000 implements MigrationInterface {
  readonly name = 'EventLog1763700000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE domain_event (
        position bigint PRIMARY KEY,
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        type text NOT NULL,
        source text NOT NULL,
        subject text NOT NULL,
        time timestamptz NOT NULL DEFAULT clock_timestamp(),
        party_ids text[] NOT NULL,
        correlation_id text,
        data jsonb NOT NULL
      )`);
    await db.query(`
      CREATE TABLE event_log_head (
        single boolean PRIMARY KEY DEFAULT true,
        position bigint NOT NULL,
        CONSTRAINT event_log_head_single CHECK (single)
      )`);
    // One row, rewritten by every batch: room on its page keeps the updates in place (HOT).
    await db.query(`ALTER TABLE event_log_head SET (fillfactor = 10, autovacuum_vacuum_threshold = 1000)`);
    await db.query(`INSERT INTO event_log_head (position) VALUES (0)`);
    await db.query(`
      CREATE TABLE event_cursor (
        consumer text PRIMARY KEY,
        position bigint NOT NULL DEFAULT 0,
        attempts integer NOT NULL DEFAULT 0,
        error text,
        retry_at timestamptz
      )`);
    await db.query(`
      CREATE TABLE parked_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        consumer text NOT NULL,
        position bigint NOT NULL,
        type text NOT NULL,
        error text NOT NULL,
        attempts integer NOT NULL,
        parked_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT parked_event_once UNIQUE (consumer, position)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE parked_event, event_cursor, event_log_head, domain_event');
  }
}
