import type { ClientBase, Pool } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

/** A statement of a hot path. */
export interface Prepared {
  /** Unique among all; each connection keeps the statement under it. */
  readonly name: string;
  readonly text: string;
}

/**
 * Runs a statement that the server parses and plans once for each connection, not for each call; a large
 * statement for small batches costs more to plan than to run. TypeORM has no way to name one, so this asks its
 * connection pool itself.
 */
export async function runPrepared<Row extends object>(
  dataSource: DataSource,
  { name, text }: Prepared,
  values: readonly unknown[],
): Promise<Row[]> {
  const pool = (dataSource.driver as PostgresDriver).master as Pool;
  const { rows } = await pool.query<Row>({ name, text, values: [...values] });
  return rows;
}

/** The same within a transaction, on its connection. */
export async function runPreparedIn<Row extends object>(
  tx: EntityManager,
  { name, text }: Prepared,
  values: readonly unknown[],
): Promise<Row[]> {
  if (!tx.queryRunner) throw new Error('not within a transaction');
  const client = (await tx.queryRunner.connect()) as ClientBase;
  const { rows } = await client.query<Row>({ name, text, values: [...values] });
  return rows;
}
