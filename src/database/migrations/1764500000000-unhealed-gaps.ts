import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The gaps that miss something, which are few among all that were healed: they are looked for all the time. Writers
 * of gaps, who are behind the ingest path, wait while it is made: it reads the table once, and holds hardly a row.
 */
export class UnhealedGaps1764500000000 implements MigrationInterface {
  readonly name = 'UnhealedGaps1764500000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE INDEX spg_gap_unhealed ON spg_gap (state, from_id) WHERE state <> 'healed'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX spg_gap_unhealed');
  }
}
