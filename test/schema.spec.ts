import { DataSource, EntitySchema, type MigrationInterface, type QueryRunner } from 'typeorm';
import { migrate } from '../src/database/migrate';
import { dataSourceOptions } from '../src/schema';
import { createDatabase, dropDatabase } from './support/database';
import { rowCounts } from './support/rows';

const databases: string[] = [];
const open: DataSource[] = [];

afterEach(async () => {
  for (const dataSource of open.splice(0)) await dataSource.destroy();
  for (const url of databases.splice(0)) await dropDatabase(url);
});

async function newDatabase(kind: 'migrated' | 'empty'): Promise<string> {
  const url = await createDatabase(kind);
  databases.push(url);
  return url;
}

interface Changes {
  readonly entities?: (Function | string | EntitySchema)[];
  readonly migrations?: (new () => MigrationInterface)[];
}

async function connect(url: string, changes: Changes = {}): Promise<DataSource> {
  const dataSource = await new DataSource({ ...dataSourceOptions(url), ...changes }).initialize();
  open.push(dataSource);
  return dataSource;
}

/** Our migrations, the oldest first. */
function allMigrations(): (new () => MigrationInterface)[] {
  return Object.values(dataSourceOptions('').migrations ?? {}) as (new () => MigrationInterface)[];
}

function names(): string[] {
  return allMigrations().map(({ name }) => name);
}

/** What TypeORM would do to make a database as the entities say. */
async function differences(dataSource: DataSource): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

/** Everything that a migration can make in a database, from PostgreSQL's own catalogue, a line each. */
async function schemaOf(dataSource: DataSource): Promise<string[]> {
  const rows = await dataSource.query<{ line: string }[]>(`
    SELECT concat_ws(' ', 'relation', c.relname, c.relkind, c.reloptions::text) AS line
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
        a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT concat_ws(' ', 'type', typname, typtype) FROM pg_type WHERE typnamespace = 'public'::regnamespace
    UNION ALL
    SELECT concat_ws(' ', 'function', oid::regprocedure, regexp_replace(prosrc, '\\s+', ' ', 'g'))
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'extension ' || extname FROM pg_extension
    ORDER BY line`);
  return rows.map(({ line }) => line);
}

describe('a migrated database', () => {
  it('is what the entities say', async () => {
    const dataSource = await connect(await newDatabase('migrated'));
    expect(dataSource.entityMetadatas).not.toHaveLength(0);
    expect(await differences(dataSource)).toEqual([]);
  });

  it('is not what other entities say', async () => {
    const note = new EntitySchema({ name: 'note', columns: { id: { type: 'bigint', primary: true } } });
    const url = await newDatabase('migrated');
    const entities = [...Object.values(dataSourceOptions(url).entities ?? {}), note];
    const dataSource = await connect(url, { entities });
    expect(await differences(dataSource)).toEqual([expect.stringContaining('CREATE TABLE "note"')]);
  });

  /** Has one connection, so that all see a change in a transaction that is never committed. */
  let changed: DataSource;
  let url: string;

  beforeAll(async () => {
    url = await createDatabase('migrated');
    changed = await new DataSource(dataSourceOptions(url, 1)).initialize();
  });
  afterAll(async () => {
    await changed.destroy();
    await dropDatabase(url);
  });

  it.each([
    ['a column too many', 'ALTER TABLE spg_gap ADD note text'],
    ['a column too few', 'ALTER TABLE spg_gap DROP healed_by'],
    ['a column of another type', 'ALTER TABLE spg_gap ALTER replay_attempts TYPE bigint'],
    ['a column that may be null', 'ALTER TABLE spg_gap ALTER state DROP NOT NULL'],
    ['a column with another default', 'ALTER TABLE spg_gap ALTER replay_attempts SET DEFAULT 1'],
    ['an index too few', 'DROP INDEX spg_gap_to'],
    ['an index too many', 'CREATE INDEX spg_gap_note ON spg_gap (state)'],
    ['a unique constraint too few', 'ALTER TABLE parked_event DROP CONSTRAINT parked_event_once'],
    ['an identifier that is not generated', 'ALTER TABLE domain_event ALTER id DROP DEFAULT'],
    ['a check too few', 'ALTER TABLE spg_gap DROP CONSTRAINT spg_gap_range'],
  ])('with %s is not what they say', async (_case, change) => {
    await changed.query('BEGIN');
    try {
      await changed.query(change);
      expect(await differences(changed)).not.toEqual([]);
    } finally {
      await changed.query('ROLLBACK');
    }
  });
});

describe('the migrations', () => {
  it('go up one by one, down from the newest to the first, and up again', async () => {
    const url = await newDatabase('empty');
    const versions: string[][] = [];
    for (let count = 0; count <= allMigrations().length; count++) {
      const some = await connect(url, { migrations: allMigrations().slice(0, count) });
      expect(await some.runMigrations({ transaction: 'each' })).toHaveLength(Math.min(count, 1));
      versions.push(await schemaOf(some));
    }
    expect(new Set(versions.map(String)).size).toBe(versions.length);
    const newest = versions.pop();
    const dataSource = await connect(url);
    const rows = await rowCounts(dataSource);

    for (const older of versions.toReversed()) {
      await dataSource.undoLastMigration({ transaction: 'each' });
      expect(await schemaOf(dataSource)).toEqual(older);
    }
    expect(await dataSource.runMigrations({ transaction: 'each' })).toHaveLength(versions.length);
    expect(await schemaOf(dataSource)).toEqual(newest);
    expect(await rowCounts(dataSource)).toEqual(rows);
  });

  it('are in the order of their times, which their names end with', async () => {
    const times = names().map((name) => Number(/\d{13}$/.exec(name)?.[0]));
    expect(times.length).toBeGreaterThan(1);
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    const dataSource = await connect(await newDatabase('empty'));
    expect(dataSource.migrations.map(({ name }) => name)).toEqual(names());
  });
});

describe('migrate', () => {
  it('applies all, and the second time none', async () => {
    const options = dataSourceOptions(await newDatabase('empty'));
    expect(await migrate(options)).toEqual(names());
    expect(await migrate(options)).toEqual([]);
  });

  it('is done by one of the replicas that start at the same time', async () => {
    const url = await newDatabase('empty');
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(dataSourceOptions(url))));
    expect(applied.toSorted((a, b) => b.length - a.length)).toEqual([names(), [], [], []]);
    expect(await differences(await connect(url))).toEqual([]);
  });

  it('leaves nothing of a migration that fails, and does not stand in the way of the next start', async () => {
    class Broken1999999999999 implements MigrationInterface {
      async up(db: QueryRunner): Promise<void> {
        await db.query('CREATE TABLE half (id bigint PRIMARY KEY)');
        await db.query('SELECT 1 / 0');
      }
      async down(): Promise<void> {}
    }
    const url = await newDatabase('empty');
    const options = dataSourceOptions(url);
    const broken = { ...options, migrations: [...allMigrations(), Broken1999999999999] };
    await expect(migrate(broken)).rejects.toThrow(/^Broken1999999999999: .*division by zero/);
    expect(await migrate(options)).toEqual([]);
    const dataSource = await connect(url);
    expect(await dataSource.query(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
  });
});
