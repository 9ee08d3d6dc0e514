import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Room that the first partition leaves for the events to come, as if it were the day's (`event-partitions.service.ts`). */
const ROOM = 1000;

/**
 * The event log in partitions by position, so that what is old goes as a whole. What there is becomes the first of
 * them; its validation reads it once.
 */
export class EventPartitions1763900000000 implements MigrationInterface {
  readonly name = 'EventPartitions1763900000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX domain_event_of_subscriptions');
    await db.query('ALTER TABLE domain_event RENAME TO domain_event_1');
    await db.query('ALTER INDEX domain_event_pkey RENAME TO domain_event_1_pkey');
    await db.query(`
      CREATE TABLE domain_event (LIKE domain_event_1 INCLUDING DEFAULTS, PRIMARY KEY (position))
      PARTITION BY RANGE (position)`);
    await db.query('ALTER TABLE domain_event ALTER COLUMN id SET DEFAULT karere_uuid_v7()');
    const [head] = (await db.query('SELECT position FROM event_log_head')) as { position: string }[];
    const next = Number(head?.position ?? 0) + ROOM;
    await db.query(
      `ALTER TABLE domain_event ATTACH PARTITION domain_event_1 FOR VALUES FROM (1) TO (${next})`,
    );
    await db.query(
      `CREATE TABLE domain_event_${next} PARTITION OF domain_event FOR VALUES FROM (${next}) TO (MAXVALUE)`,
    );
    // By which the fan-out finds what has changed since it last held the cursor.
    await db.query(`
      CREATE INDEX domain_event_of_subscriptions ON domain_event (position)
      WHERE type LIKE 'tuatahi.subscription.%'`);
    // Ids ascend (UUID version 7), so the index grows at one end only.
    await db.query('CREATE INDEX domain_event_by_id ON domain_event (id)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE domain_event RENAME TO domain_event_parted');
    await db.query(`CREATE TABLE domain_event (LIKE domain_event_parted INCLUDING DEFAULTS)`);
    await db.query('ALTER TABLE domain_event ALTER COLUMN id SET DEFAULT gen_random_uuid()');
    await db.query('INSERT INTO domain_event SELECT * FROM domain_event_parted ORDER BY position');
    await db.query('DROP TABLE domain_event_parted');
    await db.query('ALTER TABLE domain_event ADD CONSTRAINT domain_event_pkey PRIMARY KEY (position)');
    await db.query(`
      CREATE INDEX domain_event_of_subscriptions ON domain_event (position)
      WHERE type LIKE 'tuatahi.subscription.%'`);
  }
}
