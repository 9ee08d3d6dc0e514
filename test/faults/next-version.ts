import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTempFolder } from '../support/temp-folder';

/** Of the compiled gateway beside us. */
const DIST = join(__dirname, '../..');
const ROOT = join(DIST, '..');

/** As additive as a migration has to be whose old version goes on: what it adds has a default. */
const CHANGES = [
  `ALTER TABLE spg_notification ADD COLUMN remark_NUMBER text NOT NULL DEFAULT ''`,
  `ALTER TABLE domain_event ADD COLUMN remark_NUMBER text`,
  `ALTER TABLE delivery_notification ADD COLUMN remark_NUMBER int NOT NULL DEFAULT 0`,
  `CREATE TABLE remark_NUMBER (id bigint PRIMARY KEY)`,
];

/** What the so manieth migration creates. */
export function addedTable(number: number): string {
  return `remark_${number}`;
}

/**
 * Makes the next version of the gateway: this one, with so many more migrations.
 * @returns its main program
 */
export async function nextVersion(number: number): Promise<string> {
  const folder = await makeTempFolder();
  await cp(join(DIST, 'src'), join(folder, 'dist/src'), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const schema = join(folder, 'dist/src/schema.js');
  const migrations = Array.from({ length: number }, (_, index) => migration(index + 1)).join(',\n');
  const source = await readFile(schema, 'utf8');
  const changed = source.replace('const migrations = [', `const migrations = [\n${migrations},`);
  if (changed === source) throw new Error('the list of migrations is not where it was');
  await writeFile(schema, changed);
  return join(folder, 'dist/src/main.js');
}

function migration(number: number): string {
  const statements = CHANGES.map((change) => change.replace('NUMBER', String(number)));
  return `class Remark${9_000_000_000_000 + number} {
    name = 'Remark${9_000_000_000_000 + number}';
    async up(runner) {
      for (const statement of ${JSON.stringify(statements)}) await runner.query(statement);
    }
  }`;
}
