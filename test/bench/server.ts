import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { migrate } from '../../src/database/migrate';
import { dataSourceOptions } from '../../src/schema';

/** The one PostgreSQL of a run, and the folder for whatever else the run needs on disk. */
export interface Server {
  readonly folder: string;
  readonly version: string;
  /** A migrated database of its own; its URL. */
  createDatabase(name: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** Writes out what earlier work has left in memory, so that the next one does not pay for it. */
  checkpoint(): Promise<void>;
  stop(): Promise<void>;
}

/** What makes "accepted" mean "durable"; without any of it the numbers would be worth nothing. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

const TEMPLATE = 'bench_template';

/** Starts PostgreSQL in a new temporary folder, as Karere embeds it, with real durability. */
export async function startServer(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'karere-bench-'));
  // Started by root, PostgreSQL runs as another user, who has to be able to enter.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: folder, settings: DURABLE, log: () => undefined });
  const stop = async (): Promise<void> => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const execute = (sql: string) => query(postgres.url, sql);
  const urlOf = (name: string): string => Object.assign(new URL(postgres.url), { pathname: name }).href;

  try {
    await assertDurable(postgres.url);
    await execute(`CREATE DATABASE ${TEMPLATE}`);
    await migrate(dataSourceOptions(urlOf(TEMPLATE)));
    const [{ version } = { version: '' }] = await query<{ version: string }>(
      postgres.url,
      `SELECT current_setting('server_version') AS version`,
    );
    return {
      folder,
      version,
      createDatabase: async (name) => {
        await execute(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
        return urlOf(name);
      },
      dropDatabase: async (name) => {
        await execute(`DROP DATABASE ${name} WITH (FORCE)`);
      },
      checkpoint: async () => {
        await execute('CHECKPOINT');
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs one statement on a connection of its own. */
export async function query<T extends object>(
  url: string,
  sql: string,
  parameters?: unknown[],
): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql, parameters)).rows;
  } finally {
    await client.end();
  }
}

async function assertDurable(url: string): Promise<void> {
  for (const [name, wanted] of Object.entries(DURABLE)) {
    const [row] = await query<{ value: string }>(url, 'SELECT current_setting($1) AS value', [name]);
    if (row?.value !== wanted) throw new Error(`PostgreSQL runs with ${name} = ${row?.value}`);
  }
}
