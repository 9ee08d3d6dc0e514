import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Notifications by transaction: Bloom filters of page ranges in the place of a B-tree. Transaction ids are random, so
 * each one that was stored changed another page of the tree, which then went to the log as a whole; a filter is
 * written once, when its range is full.
 */
export class TransactionsOfNotifications1764200100000 implements MigrationInterface {
  readonly name = 'TransactionsOfNotifications1764200100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX delivery_history_by_transaction');
    await db.query(`
      CREATE INDEX delivery_history_by_transaction ON delivery_history
      USING brin (transaction_id text_bloom_ops (n_distinct_per_range = 2000))
      WITH (pages_per_range = 32, autosummarize = on)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX delivery_history_by_transaction');
    await db.query(`
      CREATE INDEX delivery_history_by_transaction ON delivery_history (transaction_id)
      WHERE transaction_id IS NOT NULL`);
  }
}
