import type { DataSource } from 'typeorm';
import { appendToEventLog } from '../events/append.sql';
import { CHANNEL_DATA } from './channel-data.sql';
import type { Recorded } from './record-outcomes';
import { type Verdict, verdictOf } from './verdict';

/**
 * Since when channels have been failing. A success ends it, and is told when a warning was, unless it comes too late
 * and the channel is disabled. What delivers nothing any more does not begin to fail; nor does a list of several
 * addresses, of which one alone may be dead. Rows are locked in the order of their ids. By the primary key.
 *
 * It follows the outcomes in a transaction of its own: a crash between the two forgets it.
 */
const CHANGE = `
  WITH given AS (SELECT * FROM unnest($1::uuid[], $2::boolean[]) AS g (id, well)),
  before AS (
    SELECT c.id, c.warned_percent, g.well FROM delivery_channel c JOIN given g USING (id)
    WHERE g.well = (c.failing_since IS NOT NULL)
      AND (g.well OR c.state = 'enabled' AND NOT c.expired AND (c.kind <> 'email' OR cardinality(c.emails) = 1))
    ORDER BY c.id FOR NO KEY UPDATE OF c
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

/** Who asks for time is well enough, but nothing has come through; and what was not sent tells nothing. */
const SAYS_NOTHING = new Set<Verdict>(['ours', 'untold', 'throttled']);

/** Takes note of what a batch of outcomes says of the channels; mostly nothing. */
export async function noteHealth(dataSource: DataSource, batch: readonly Recorded[]): Promise<void> {
  const [well, failed, failing] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const recorded of batch) {
    const isWell = saysWell(recorded);
    if (isWell === undefined) continue;
    const { channel_id: id, failing_since: since } = recorded.claimed;
    (isWell ? well : failed).add(id);
    if (since !== null) failing.add(id);
  }
  // To whom something has got through is well, whatever else has failed at the same time.
  const recovered = [...failing].filter((id) => well.has(id));
  const broken = [...failed].filter((id) => !well.has(id) && !failing.has(id));
  const news = [...recovered, ...broken];
  if (news.length > 0) await dataSource.query(CHANGE, [news, news.map((id) => well.has(id))]);
}

/** Undefined: it says nothing of the channel. */
function saysWell({ claimed: { kind, sequence }, outcome }: Recorded): boolean | undefined {
  const verdict = verdictOf(outcome);
  if (kind === 'contact' || SAYS_NOTHING.has(verdict)) return undefined;
  if (verdict === 'sent') return true;
  // What no interface document knows, a receiver may refuse, and take all else.
  if (sequence === null && verdict === 'permanent') return undefined;
  // One mail server for all: trouble with it is ours.
  if (kind === 'email' && !(outcome.kind === 'rejected' && outcome.about === 'message')) return undefined;
  return false;
}
