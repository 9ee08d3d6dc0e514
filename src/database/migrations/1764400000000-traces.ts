import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The trace that an event is part of. Replicas that do not know of it go on as before. */
export class Traces1764400000000 implements MigrationInterface {
  readonly name = 'Traces1764400000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE domain_event ADD COLUMN traceparent text');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE domain_event DROP COLUMN traceparent');
  }
}
