import type { Gateway } from './gateway';

/** Lets the database refuse new rows while the work is done, with an error whose details quote the row. */
export async function refuseRows(
  { dataSource }: Gateway,
  table: string,
  work: () => Promise<void>,
): Promise<void> {
  await dataSource.query(`ALTER TABLE ${table} ADD CONSTRAINT refused CHECK (false) NOT VALID`);
  try {
    await work();
  } finally {
    await dataSource.query(`ALTER TABLE ${table} DROP CONSTRAINT refused`);
  }
}
