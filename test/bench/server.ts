import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { migrate } from '../../src/database/migrate';
import { dataSourceOptions } from '../../src/schema';
import type { CleanUp } from '../support/clean-up';
import { makeTempFolder } from '../support/temp-folder';

/** The one PostgreSQL of a run, and the folder for whatever else the run needs on disk. */
export interface Server {
  readonly folder: string;
  readonly version: string;
  /** Of its main process, whose children do the work. */
  readonly pid: number;
  /** Of the database that is nobody's: for questions that are not to be counted with a subject's. */
  readonly url: string;
  /** A migrated database of its own, or a copy of another one that nobody is connected to; its URL. */
  createDatabase(name: string, copyOf?: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** Writes out what earlier work has left in memory, so that the next one does not pay for it. */
  checkpoint(): Promise<void>;
}

/** What makes "accepted" mean "durable"; without any of it the numbers would be worth nothing. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

const TEMPLATE = 'bench_template';

/** Starts PostgreSQL in a new temporary folder, as Karere embeds it, with real durability and settings of the bench's own. */
export async function startServer(cleanUp: CleanUp, settings: Record<string, string> = {}): Promise<Server> {
  const folder = await makeTempFolder();
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({
    dataDir: folder,
    settings: { ...settings, ...DURABLE },
    log: () => undefined,
  });
  cleanUp.defer(() => postgres.stop());
  const execute = (sql: string) => query(postgres.url, sql);
  const urlOf = (name: string): string => Object.assign(new URL(postgres.url), { pathname: name }).href;

  await assertDurable(postgres.url);
  await execute(`CREATE DATABASE ${TEMPLATE}`);
  await migrate(dataSourceOptions(urlOf(TEMPLATE)));
  return {
    folder,
    version: await settingOf(postgres.url, 'server_version'),
    pid: await pidOf(postgres.url),
    url: postgres.url,
    createDatabase: async (name, copyOf = TEMPLATE) => {
      await execute(`CREATE DATABASE ${name} TEMPLATE ${copyOf}`);
      return urlOf(name);
    },
    dropDatabase: async (name) => {
      await execute(`DROP DATABASE ${name} WITH (FORCE)`);
    },
    checkpoint: async () => {
      await execute('CHECKPOINT');
    },
  };
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
    const value = await settingOf(url, name);
    if (value !== wanted) throw new Error(`PostgreSQL runs with ${name} = ${value}`);
  }
}

async function settingOf(url: string, name: string): Promise<string> {
  const [row] = await query<{ value: string }>(url, 'SELECT current_setting($1) AS value', [name]);
  return row?.value ?? '';
}

/** The first line of its file. */
async function pidOf(url: string): Promise<number> {
  const [row] = await query<{ pid: number }>(
    url,
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`,
  );
  return row?.pid ?? 0;
}
