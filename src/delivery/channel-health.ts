import type { DataSource } from 'typeorm';
import { appendToEventLog } from '../events/append.sql';
import { CHANNEL_DATA } from './channel-data.sql';
import type { Recorded } from './record-outcomes';
import { type Verdict, verdictOf } from './verdict';

/**
 * Since when channels have been failing. A success ends it, and is told when a warning was, unless it
 * comes too late and the channel is disabled. Rows are locked in
 * the order of their ids. By the primary key.
 */
const CHANGE = `
  WITH given AS (SELECT * FROM unnest($1::uuid[], $2::boolean[]) AS g (id, well)),
  before AS (
    SELECT c.id, c.warned_percent, g.well FROM delivery_channel c JOIN given g USING (id)
    WHERE g.well = (c.failing_since IS NOT NULL) ORDER BY c.id FOR NO KEY UPDATE OF c
  ),
  changed AS (
    UPDATE delivery_channel c
    SET failing_since = CASE WHEN before.well THEN NULL ELSE clock_timestamp() END, warned_percent = 0
    FROM before WHERE c.id = before.id
    RETURNING c.*, before.well, before.warned_percent AS had_been_warned
  ),
  recovered AS (
    SELECT row_number() OVER (ORDER BY id) AS ord, 'tuatahi.channel.recovered' AS type, '/tuatahi' AS source,
      id::text AS subject, ARRAY[party_id] AS party_ids, NULL::text AS correlation_id, NULL::text AS traceparent, ${CHANNEL_DATA} AS data
    FROM changed WHERE well AND had_been_warned > 0 AND state = 'enabled'
  ),
  ${appendToEventLog('recovered')}
  SELECT count(*)::int AS events FROM appended, woken`;

const SAYS_NOTHING = new Set<Verdict>(['ours', 'untold', 'throttled']);

/** Takes note of what a batch of outcomes says of the channels; mostly nothing. */
export async function noteHealth(dataSource: DataSource, batch: readonly Recorded[]): Promise<void> {
  const news = new Map<string, boolean>();
  for (const { claimed, outcome } of batch) {
    const verdict = verdictOf(outcome);
    // Who asks for time is well enough, but nothing has come through; and what was not sent tells nothing.
    if (SAYS_NOTHING.has(verdict) || claimed.kind === 'contact') continue;
    const well = verdict === 'sent';
    if (well === (claimed.failing_since !== null)) news.set(claimed.channel_id, well);
    else news.delete(claimed.channel_id);
  }
  if (news.size > 0) await dataSource.query(CHANGE, [[...news.keys()], [...news.values()]]);
}
