import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages of ITAS, those that could not be taken in, and the mailbox that they come from. */
export class ItasEvents1764300000000 implements MigrationInterface {
  readonly name = 'ItasEvents1764300000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE itas_message (
        message_id uuid PRIMARY KEY,
        fingerprint bytea NOT NULL,
        topic text NOT NULL,
        origin_topic text,
        tid text NOT NULL,
        company_code text NOT NULL,
        entity_id text,
        entity_type text,
        enqueued_at timestamptz NOT NULL,
        source text NOT NULL,
        transaction_id text NOT NULL,
        data jsonb NOT NULL,
        body bytea NOT NULL,
        repaired boolean NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        search tsvector NOT NULL,
        CONSTRAINT itas_message_source CHECK (source IN ('mailbox', 'push'))
      )`);
    // The list is by time, the newest first, whatever it is narrowed to. Nearly all are of one company.
    await db.query(`CREATE INDEX itas_message_time ON itas_message (enqueued_at, message_id)`);
    await db.query(`CREATE INDEX itas_message_topic ON itas_message (topic, enqueued_at, message_id)`);
    await db.query(`
      CREATE INDEX itas_message_origin ON itas_message (origin_topic, enqueued_at, message_id)
      WHERE origin_topic IS NOT NULL`);
    await db.query(`CREATE INDEX itas_message_tid ON itas_message (tid, enqueued_at, message_id)`);
    await db.query(`
      CREATE INDEX itas_message_entity ON itas_message (entity_id, enqueued_at, message_id)
      WHERE entity_id IS NOT NULL`);
    await db.query(`
      CREATE INDEX itas_message_entity_type ON itas_message (entity_type, enqueued_at, message_id)
      WHERE entity_type IS NOT NULL`);
    await db.query(`CREATE INDEX itas_message_search ON itas_message USING gin (search)`);
    // Only retention asks by it; rows come in its order, so it can be as small as this.
    await db.query(`CREATE INDEX itas_message_received ON itas_message USING brin (received_at)`);
    await db.query(`
      CREATE TABLE itas_dead_letter (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        message_id uuid NOT NULL,
        fingerprint bytea NOT NULL,
        source text NOT NULL,
        transaction_id text NOT NULL,
        body bytea NOT NULL,
        error text NOT NULL,
        attempts integer NOT NULL,
        state text NOT NULL DEFAULT 'open',
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        closed_at timestamptz,
        closed_by text,
        reason text,
        CONSTRAINT itas_dead_letter_once UNIQUE (message_id, fingerprint),
        CONSTRAINT itas_dead_letter_source CHECK (source IN ('mailbox', 'push')),
        CONSTRAINT itas_dead_letter_state CHECK (state IN ('open', 'taken-in', 'discarded'))
      )`);
    await db.query(`CREATE INDEX itas_dead_letter_by_state ON itas_dead_letter (state, id)`);
    await db.query(`
      CREATE TABLE itas_mailbox (
        server text,
        name text,
        holder uuid,
        held_until timestamptz,
        subscriber_id text,
        subscriptions text[] NOT NULL DEFAULT '{}',
        failing_message_id uuid,
        failed_attempts integer NOT NULL DEFAULT 0,
        polled_at timestamptz,
        waiting integer,
        lag_ms bigint,
        failing_since timestamptz,
        error text,
        PRIMARY KEY (server, name)
      )`);
    // One row, rewritten all the time: room on its page keeps the updates in place (HOT).
    await db.query(`ALTER TABLE itas_mailbox SET (fillfactor = 10, autovacuum_vacuum_threshold = 1000)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE itas_mailbox, itas_dead_letter, itas_message');
  }
}
