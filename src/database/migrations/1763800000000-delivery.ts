import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Channels, the notifications queued for them, and what each attempt came to. The queue is the table. */
export class Delivery1763800000000 implements MigrationInterface {
  readonly name = 'Delivery1763800000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE delivery_channel (
        id uuid PRIMARY KEY,
        subscription_id uuid NOT NULL,
        party_id text NOT NULL,
        kind text NOT NULL,
        endpoint text COLLATE "C" NOT NULL,
        callback_uri text,
        emails text[] NOT NULL,
        error_strategy text NOT NULL,
        username text,
        sealed_password text,
        sealed_api_key text,
        sealed_secret text,
        sealed_previous_secret text,
        previous_secret_until timestamptz,
        rate_per_second integer,
        paced_until timestamptz,
        identity text,
        state text NOT NULL DEFAULT 'enabled',
        failing_since timestamptz,
        warned_percent integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT delivery_channel_identity UNIQUE (identity),
        CONSTRAINT delivery_channel_kind CHECK (kind IN ('webhook', 'email', 'contact')),
        CONSTRAINT delivery_channel_state CHECK (state IN ('enabled', 'disabled'))
      )`);
    await db.query(`CREATE INDEX delivery_channel_of_subscription ON delivery_channel (subscription_id)`);
    await db.query(`
      CREATE INDEX delivery_channel_paced ON delivery_channel (endpoint) WHERE rate_per_second IS NOT NULL`);
    await db.query(`
      CREATE INDEX delivery_channel_failing ON delivery_channel (failing_since)
      WHERE failing_since IS NOT NULL`);
    // UUID version 7 (RFC 9562 §5.7, §6.2 method 3), to the microsecond: new rows lie side by side in the index,
    // however large the table is, and in the order in which they were made.
    await db.query(`
      CREATE FUNCTION karere_uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
        SELECT (lpad(to_hex(us / 1000), 12, '0') || '7' || lpad(to_hex(us % 1000 * 4096 / 1000), 3, '0')
          || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid
        FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS us) now
      $$`);
    // Of a day: none that is made from then on is smaller.
    await db.query(`
      CREATE FUNCTION karere_first_uuid(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
      $$`);
    // A notification lies with those that are pending or with those of its day that are finished, and goes over
    // by itself when its status changes: the queue stays small, and what is old goes a day at a time.
    await db.query(`
      CREATE TABLE delivery_notification (
        id uuid NOT NULL DEFAULT karere_uuid_v7(),
        subscription_id uuid NOT NULL,
        channel_id uuid NOT NULL,
        party_id text NOT NULL,
        position bigint NOT NULL,
        event_type text NOT NULL,
        sequence bigint,
        endpoint text COLLATE "C" NOT NULL,
        target text NOT NULL,
        status text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        counted_attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        first_attempt_at timestamptz,
        claim_id uuid,
        leased_until timestamptz,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        finished_at timestamptz,
        transaction_id text,
        replay_id uuid,
        PRIMARY KEY (id, status),
        CONSTRAINT delivery_notification_status
          CHECK (status IN ('pending', 'sent', 'fail', 'cancelled', 'expired'))
      ) PARTITION BY LIST (status)`);
    // Half of each page is for the version that says who has claimed it: in its place, and in no index (HOT).
    await db.query(`
      CREATE TABLE delivery_queue PARTITION OF delivery_notification FOR VALUES IN ('pending')
      WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`);
    await db.query(`
      CREATE TABLE delivery_history PARTITION OF delivery_notification
      FOR VALUES IN ('sent', 'fail', 'cancelled', 'expired') PARTITION BY RANGE (id)`);
    // What is due, endpoint by endpoint.
    await db.query(`
      CREATE INDEX delivery_notification_due ON delivery_notification (endpoint, next_attempt_at)
      WHERE status = 'pending'`);
    await db.query(`
      CREATE INDEX delivery_notification_of_subscription ON delivery_notification (subscription_id, sequence)`);
    await db.query(`
      CREATE TABLE delivery_attempt (
        notification_id uuid NOT NULL,
        number integer NOT NULL,
        at timestamptz NOT NULL,
        duration_ms integer NOT NULL,
        status integer,
        error text,
        answer text,
        PRIMARY KEY (notification_id, number)
      ) PARTITION BY RANGE (notification_id)`);
    // For what has no partition of its day, so that nothing is ever refused.
    await db.query('CREATE TABLE delivery_history_rest PARTITION OF delivery_history DEFAULT');
    await db.query('CREATE TABLE delivery_attempt_rest PARTITION OF delivery_attempt DEFAULT');
    await db.query(MAKE_DAYS);
    await db.query('SELECT karere_make_days(8)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE delivery_attempt, delivery_notification, delivery_channel');
    await db.query('DROP FUNCTION karere_make_days, karere_first_uuid, karere_uuid_v7');
  }
}

/** Makes the partitions of the days (UTC) from now on, those that there are not yet. */
const MAKE_DAYS = `
  CREATE FUNCTION karere_make_days(days integer) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    today timestamptz := date_trunc('day', now(), 'UTC');
    parent text;
    child text;
  BEGIN
    FOR day IN 0..days - 1 LOOP
      FOREACH parent IN ARRAY ARRAY['delivery_history', 'delivery_attempt'] LOOP
        child := parent || to_char((today + day * interval '1 day') AT TIME ZONE 'UTC', '_YYYYMMDD');
        CONTINUE WHEN to_regclass(child) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
          karere_first_uuid(today + day * interval '1 day'), karere_first_uuid(today + (day + 1) * interval '1 day'));
      END LOOP;
    END LOOP;
  END $$`;
