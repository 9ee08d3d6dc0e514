import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When anything was last attempted, and when the ledger was last looked through: a row each. */
export class SelfCheck1764700000000 implements MigrationInterface {
  readonly name = 'SelfCheck1764700000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE delivery_last_attempt (
        single boolean PRIMARY KEY DEFAULT true,
        at timestamptz NOT NULL,
        CONSTRAINT delivery_last_attempt_single CHECK (single)
      )`);
    await db.query(`
      CREATE TABLE tuatahi_ledger_look (
        single boolean PRIMARY KEY DEFAULT true,
        begun_at timestamptz NOT NULL,
        CONSTRAINT tuatahi_ledger_look_single CHECK (single)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE tuatahi_ledger_look, delivery_last_attempt');
  }
}
