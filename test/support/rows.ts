import type { DataSource } from 'typeorm';

/** How many rows each table has. The same before and after: nothing was written. */
export async function rowCounts(dataSource: DataSource): Promise<Record<string, number>> {
  const tables = dataSource.entityMetadatas.map(({ tableName }) => tableName);
  const counts = tables.map((table) => `SELECT '${table}' AS table, count(*)::int AS rows FROM ${table}`);
  const rows = await dataSource.query<{ table: string; rows: number }[]>(counts.join(' UNION ALL '));
  return Object.fromEntries(rows.map(({ table, rows: count }) => [table, count]));
}
