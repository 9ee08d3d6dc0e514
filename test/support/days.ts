import type { DataSource } from 'typeorm';

const DAY_MS = 86_400_000;

/** A UUID of version 7 as if it had been made so many milliseconds earlier. */
const EARLIER = `
  CREATE OR REPLACE FUNCTION earlier(id uuid, ms bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint - ms), 12, '0')
      || substr(replace(id::text, '-', ''), 13))::uuid
  $$`;

/** As `karere_make_days` makes them, for a day so many days ago. */
export const makeDay = (daysAgo: number): string => `
  DO $$
  DECLARE
    day timestamptz := date_trunc('day', now() - ${daysAgo} * interval '1 day', 'UTC');
    parent text;
    child text;
  BEGIN
    FOREACH parent IN ARRAY ARRAY['delivery_history', 'delivery_attempt'] LOOP
      child := parent || to_char(day AT TIME ZONE 'UTC', '_YYYYMMDD');
      CONTINUE WHEN to_regclass(child) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
        karere_first_uuid(day), karere_first_uuid(day + interval '1 day'));
    END LOOP;
  EXCEPTION WHEN check_violation THEN -- something of it lies among the rest
  END $$`;

/** Of each table: what tells when something was made or happened. */
const AGING: Readonly<
  Record<string, { readonly ids: readonly string[]; readonly times: readonly string[] }>
> = {
  delivery_notification: { ids: ['id'], times: ['created_at', 'finished_at'] },
  delivery_attempt: { ids: ['notification_id'], times: ['at'] },
  delivery_replay_item: { ids: ['notification_id'], times: [] },
  delivery_replay: { ids: [], times: ['created_at', 'finished_at'] },
  domain_event: { ids: ['id'], times: ['time'] },
};

/**
 * As if all that was delivered, or is to be, had been made so many days earlier. It lies in the partitions of the days
 * that it is from then, which there are.
 */
export async function letDaysPass(dataSource: DataSource, days: number): Promise<void> {
  const ms = days * DAY_MS;
  await dataSource.query(EARLIER);
  await dataSource.query(makeDay(days));
  for (const [table, { ids, times }] of Object.entries(AGING)) {
    const changes = [
      ...ids.map((id) => `${id} = earlier(${id}, ${ms})`),
      ...times.map((time) => `${time} = ${time} - ${ms} * interval '1 millisecond'`),
    ];
    await dataSource.query(`UPDATE ${table} SET ${changes.join(', ')}`);
  }
}

/** The days of which notifications that are finished are kept in partitions, today and later ones too: `yyyymmdd`. */
export async function keptDays(dataSource: DataSource, table = 'delivery_history'): Promise<string[]> {
  const rows = await dataSource.query<{ day: string }[]>(
    `SELECT right(inhrelid::regclass::text, 8) AS day FROM pg_inherits
     WHERE inhparent = $1::regclass AND inhrelid::regclass::text ~ '_\\d{8}$' ORDER BY 1`,
    [table],
  );
  return rows.map(({ day }) => day);
}

/** So many days from now, as the name of a partition has it (UTC). */
export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
}
