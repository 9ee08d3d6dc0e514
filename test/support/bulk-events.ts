import type { DataSource } from 'typeorm';

interface BulkEvents {
  readonly count: number;
  readonly type?: string;
  /** Characters in each, about. */
  readonly size?: number;
  /** Whether they take hardly any room as stored. Default false. */
  readonly compressible?: boolean;
  /** Whether those who wait are told. Default true. */
  readonly told?: boolean;
}

/** Appends many events at once, or such as only another version of us would write. */
export async function appendMany(
  dataSource: DataSource,
  { count, type = 'spg.gap.opened', size = 1, compressible = false, told = true }: BulkEvents,
): Promise<void> {
  await dataSource.query(
    `WITH head AS (UPDATE event_log_head SET position = position + $1 RETURNING position - $1 AS base),
     event AS (
       INSERT INTO domain_event (position, type, source, subject, party_ids, data)
       SELECT base + n, $2, '/test', 'many-' || n, '{owner}', jsonb_build_object('text', CASE WHEN $5 THEN repeat('x', $3::int)
         ELSE (SELECT string_agg(md5(i::text), '') FROM generate_series(1, ceil($3::int / 32.0)::int) i) END)
       FROM head, generate_series(1, $1) n
     )
     SELECT CASE WHEN $4 THEN pg_notify('karere_event_log', '') END`,
    [count, type, size, told, compressible],
  );
}
