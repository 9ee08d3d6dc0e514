import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Missing eventIds as disjoint ranges, and how far the stream has been looked at. */
export class SpgGaps1763700300000 implements MigrationInterface {
  readonly name = 'SpgGaps1763700300000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE spg_gap (
        from_id bigint PRIMARY KEY,
        to_id bigint NOT NULL,
        state text NOT NULL,
        opened_at timestamptz NOT NULL,
        confirmed_at timestamptz,
        healed_at timestamptz,
        healed_by text,
        replay_attempts integer NOT NULL DEFAULT 0,
        replay_due_at timestamptz,
        replay_requested_at timestamptz,
        CONSTRAINT spg_gap_range CHECK (from_id <= to_id),
        CONSTRAINT spg_gap_state CHECK (state IN ('opened', 'confirmed', 'healed'))
      )`);
    await db.query(`CREATE INDEX spg_gap_to ON spg_gap (to_id)`);
    await db.query(`
      CREATE TABLE spg_stream (
        single boolean PRIMARY KEY DEFAULT true,
        baseline bigint NOT NULL,
        highest bigint NOT NULL,
        CONSTRAINT spg_stream_single CHECK (single)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE spg_stream, spg_gap');
  }
}
