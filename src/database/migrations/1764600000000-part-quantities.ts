import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many of each part are ordered. Replicas that do not know of it leave it null. */
export class PartQuantities1764600000000 implements MigrationInterface {
  readonly name = 'PartQuantities1764600000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE followup_part_order ADD COLUMN quantities double precision[]');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE followup_part_order DROP COLUMN quantities');
  }
}
