import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The projection of work orders. It can be rebuilt from the event log at any time. */
export class SpgWorkOrders1763700200000 implements MigrationInterface {
  readonly name = 'SpgWorkOrders1763700200000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE spg_work_order (
        wonum text PRIMARY KEY,
        status text NOT NULL,
        incomplete boolean NOT NULL,
        last_event_id bigint NOT NULL,
        changed_at timestamptz NOT NULL,
        state jsonb NOT NULL,
        search tsvector NOT NULL
      )`);
    await db.query(`CREATE INDEX spg_work_order_changed ON spg_work_order (changed_at, wonum)`);
    await db.query(`CREATE INDEX spg_work_order_by_status ON spg_work_order (status, changed_at, wonum)`);
    await db.query(`CREATE INDEX spg_work_order_search ON spg_work_order USING gin (search)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE spg_work_order');
  }
}
