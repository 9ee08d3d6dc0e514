import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who wants which events; and the source events that partners publish. */
export class TuatahiSubscriptions1763800100000 implements MigrationInterface {
  readonly name = 'TuatahiSubscriptions1763800100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE tuatahi_subscription (
        id uuid PRIMARY KEY,
        party_id text NOT NULL,
        client_id text NOT NULL,
        organisation text NOT NULL,
        event_type text NOT NULL,
        filters jsonb,
        contact_emails text[] NOT NULL,
        expires_at timestamptz NOT NULL,
        expires_on text NOT NULL,
        state text NOT NULL DEFAULT 'active',
        sequence bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT tuatahi_subscription_state CHECK (state IN ('active', 'expired', 'deleted'))
      )`);
    await db.query(
      `CREATE INDEX tuatahi_subscription_of_party ON tuatahi_subscription (party_id, created_at, id)`,
    );
    await db.query(`
      CREATE INDEX tuatahi_subscription_expiry ON tuatahi_subscription (expires_at) WHERE state = 'active'`);
    await db.query(`
      CREATE TABLE tuatahi_source_event (
        id uuid PRIMARY KEY,
        body_hash bytea NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    // By which the fan-out finds what has changed since it last held the cursor.
    await db.query(`
      CREATE INDEX domain_event_of_subscriptions ON domain_event (position)
      WHERE type LIKE 'tuatahi.subscription.%'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX domain_event_of_subscriptions');
    await db.query('DROP TABLE tuatahi_source_event, tuatahi_subscription');
  }
}
