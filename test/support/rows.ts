import type { DataSource } from 'typeorm';

function tablesOf({ entityMetadatas }: DataSource): string[] {
  return entityMetadatas.map(({ tableName }) => tableName);
}

/** How many rows each table has. The same before and after: nothing was written. */
export async function rowCounts(dataSource: DataSource): Promise<Record<string, number>> {
  const counts = tablesOf(dataSource).map(
    (table) => `SELECT '${table}' AS table, count(*)::int AS rows FROM ${table}`,
  );
  const rows = await dataSource.query<{ table: string; rows: number }[]>(counts.join(' UNION ALL '));
  return Object.fromEntries(rows.map(({ table, rows: count }) => [table, count]));
}

/** As if nothing had ever come. */
export async function startOver(dataSource: DataSource): Promise<void> {
  const tables = tablesOf(dataSource).filter((table) => table !== 'event_log_head');
  await dataSource.query(`TRUNCATE ${tables.join(', ')} RESTART IDENTITY`);
  await dataSource.query('UPDATE event_log_head SET position = 0');
}
