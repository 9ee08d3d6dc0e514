import type { DataSource } from 'typeorm';

/** Names of the migrations that this version needs and the database lacks; what it has besides is no matter. */
export async function findPendingMigrations(dataSource: DataSource): Promise<string[]> {
  const [table] = await dataSource.query<{ exists: boolean }[]>(
    `SELECT to_regclass('migration') IS NOT NULL AS exists`,
  );
  const applied = table?.exists
    ? await dataSource.query<{ name: string }[]>('SELECT name FROM migration')
    : [];
  const names = new Set(applied.map(({ name }) => name));
  // As TypeORM names them.
  const all = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  return all.filter((name) => !names.has(name));
}
