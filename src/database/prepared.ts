import type { ClientBase, Pool } from 'pg';
import { type DataSource, EntityManager } from 'typeorm';
import { poolOf } from './pool';

/** A statement of a hot path. */
export interface Prepared {
  /** Unique among all; each connection keeps the statement under it. */
  readonly name: string;
  readonly text: string;
}

/**
 * Runs a statement that the server parses and plans once for each connection, not for each call; a large
 * statement for small batches costs more to plan than to run. TypeORM has no way to name one, so this asks its
 * connection itself: that of the transaction, if there is one.
 */
export async function runPrepared<Row extends object>(
  db: DataSource | EntityManager,
  { name, text }: Prepared,
  values: readonly unknown[],
): Promise<Row[]> {
  const client = await clientOf(db);
  const { rows } = await client.query<Row>({ name, text, values: [...values] });
  return rows;
}

async function clientOf(db: DataSource | EntityManager): Promise<ClientBase | Pool> {
  if (!(db instanceof EntityManager)) return poolOf(db);
  return db.queryRunner ? ((await db.queryRunner.connect()) as ClientBase) : poolOf(db.dataSource);
}
