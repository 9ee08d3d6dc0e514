import { setTimeout as sleep } from 'node:timers/promises';
import { query, type Server } from '../server';
import { stepOf } from './steps';

/**
 * What the server is started with for it. Nobody vacuums of their own accord: it would fall into one turn and clear away
 * what others have left. Each turn is vacuumed after it, so no cost that is measured contains a vacuum.
 */
export const METER_SETTINGS = { shared_preload_libraries: 'pg_stat_statements', autovacuum: 'off' };

/** By pg_stat_statements, of one step of a notification's way. */
export interface StepWork {
  readonly step: string;
  readonly statements: number;
  readonly execMs: number;
  /** Pages looked at in memory, and brought there. */
  readonly buffers: number;
  readonly walBytes: number;
}

/** By the positions of the WAL, so with what commits and the server itself write. */
export interface WalWork {
  readonly bytes: number;
  /** Of these, images of whole pages: of each that is changed first since a checkpoint. */
  readonly imageBytes: number;
}

/** By the cumulative statistics. */
export interface TableWork {
  /** Without what tells its partitions apart. */
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
  /** Of the updates, those that no index had to be told of. */
  readonly hot: number;
  readonly deleted: number;
  /** With indexes. */
  readonly bytes: number;
}

const STATEMENTS = `
  SELECT query, calls::float8 AS statements, total_exec_time AS "execMs",
    (shared_blks_hit + shared_blks_read)::float8 AS buffers, wal_bytes::float8 AS "walBytes"
  FROM pg_stat_statements
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1) AND query NOT LIKE '%bench_look%'`;

const TABLES = `
  SELECT regexp_replace(relname, '_([0-9]+|rest)$', '') AS "table", sum(n_tup_ins)::float8 AS inserted,
    sum(n_tup_upd)::float8 AS updated, sum(n_tup_hot_upd)::float8 AS hot, sum(n_tup_del)::float8 AS deleted,
    sum(pg_total_relation_size(relid))::float8 AS bytes
  FROM pg_stat_user_tables GROUP BY 1 ORDER BY 1`;

const WAL = `
  SELECT ($2::pg_lsn - $1::pg_lsn)::float8 AS bytes, sum(fpi_size)::float8 AS "imageBytes"
  FROM pg_get_wal_stats($1, $2)`;

/** A session ends a little after its client has gone, and tells only then what it has not told yet. */
const SESSIONS = 'SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE datname = $1';
const END_LIMIT_MS = 10_000;

/** Measures what PostgreSQL does for one database, from outside of it. */
export class DatabaseMeter {
  private from = '';
  private to = '';

  private constructor(
    private readonly server: Server,
    private readonly databaseUrl: string,
    private readonly sizesAtFirst: ReadonlyMap<string, number>,
  ) {}

  /** Of a new database. */
  static async of(server: Server, databaseUrl: string): Promise<DatabaseMeter> {
    await query(server.url, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await query(server.url, 'CREATE EXTENSION IF NOT EXISTS pg_walinspect');
    const tables = await query<TableWork>(databaseUrl, TABLES);
    return new DatabaseMeter(server, databaseUrl, new Map(tables.map(({ table, bytes }) => [table, bytes])));
  }

  async start(): Promise<void> {
    await query(this.server.url, 'SELECT pg_stat_statements_reset()');
    this.from = await this.walPosition();
  }

  /** Clears away what was left since the last time. */
  async vacuum(): Promise<void> {
    await query(this.databaseUrl, 'VACUUM (ANALYZE)');
  }

  /** @returns the work of each step since `start` */
  async stop(): Promise<StepWork[]> {
    this.to = await this.walPosition();
    const rows = await query<Omit<StepWork, 'step'> & { query: string }>(this.server.url, STATEMENTS, [
      this.database,
    ]);
    return rows.map(({ query: text, ...work }) => ({ ...work, step: stepOf(text) }));
  }

  /** From `start` to `stop`; to be asked for when all of it is on the disk. */
  async wal(): Promise<WalWork> {
    const [row] = await query<WalWork>(this.server.url, WAL, [this.from, this.to]);
    if (!row) throw new Error('there is no WAL');
    return row;
  }

  /** Since it is new; to be asked for when nobody uses it any more. Of what was updated only what is live has a size. */
  async tables(): Promise<TableWork[]> {
    for (const deadline = Date.now() + END_LIMIT_MS; (await this.sessions()) > 0; await sleep(20)) {
      if (Date.now() > deadline) throw new Error('somebody is still connected');
    }
    await query(this.databaseUrl, 'VACUUM FULL spg_work_order');
    const tables = await query<TableWork>(this.databaseUrl, TABLES);
    return tables.map((work) => ({ ...work, bytes: work.bytes - (this.sizesAtFirst.get(work.table) ?? 0) }));
  }

  private get database(): string {
    return new URL(this.databaseUrl).pathname.slice(1);
  }

  private async walPosition(): Promise<string> {
    const [row] = await query<{ lsn: string }>(this.server.url, 'SELECT pg_current_wal_insert_lsn() AS lsn');
    return row?.lsn ?? '';
  }

  private async sessions(): Promise<number> {
    const [row] = await query<{ sessions: number }>(this.server.url, SESSIONS, [this.database]);
    return row?.sessions ?? 0;
  }
}
