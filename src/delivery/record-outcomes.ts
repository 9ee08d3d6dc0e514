import type { DataSource } from 'typeorm';
import { plainArray } from '../database/plain-array';
import { type Prepared, runPrepared } from '../database/prepared';
import { appendToEventLog } from '../events/append.sql';
import type { Claimed } from './claim';
import type { Decision } from './retry.policy';
import type { SendOutcome } from './send-outcome';

/** What came of one attempt, to be written down. */
export interface Recorded {
  readonly claimed: Claimed;
  readonly at: Date;
  readonly outcome: SendOutcome;
  readonly decision: Decision;
}

/**
 * Writes the outcomes of a batch: the attempts, what follows for the notifications, and an event for each that
 * has failed for good. The rows are locked in the order of their ids, as the batch is, so that nobody waits for
 * another in a circle. An outcome is written only by the claim that holds the notification; another one, after its
 * lease, may have written its own.
 *
 * With nothing to tell in the event log the commit does not wait for the disk. What a crash of the database could
 * take back are outcomes of the last half second: these are delivered again, as at-least-once has it, and nothing
 * is lost. A position in the log that somebody has read must not be taken back.
 *
 * A failure to tell of a failure is not told, or it would go round in a circle; nor is that of a notice.
 *
 * All by the primary key of the queue's partition, from which what is finished goes to that of its day. Through the
 * parent that would be one UPDATE, but one that locks the partitions of all days.
 */
const RECORD: Prepared = {
  name: 'delivery.record',
  text: `
  WITH given AS (
    SELECT *, to_timestamp(at_ms / 1000) AS at
    FROM unnest($1::uuid[], $2::uuid[], $3::float8[], $4::int[], $5::int[], $6::text[], $7::text[], $8::text[],
      $9::float8[], $10::boolean[])
      AS g (id, claim_id, at_ms, duration_ms, status, error, answer, kind, delay_ms, counts)
  ),
  retried AS (
    UPDATE delivery_queue n SET
      claim_id = NULL,
      leased_until = NULL,
      attempts = n.attempts + 1,
      counted_attempts = n.counted_attempts + g.counts::int,
      first_attempt_at = coalesce(n.first_attempt_at, g.at),
      next_attempt_at = clock_timestamp() + g.delay_ms * interval '1 millisecond'
    FROM given g
    WHERE g.kind = 'retry' AND n.id = g.id AND n.claim_id = g.claim_id
    RETURNING n.id, n.attempts, g.at, g.duration_ms, g.status, g.error, g.answer
  ),
  finished AS (
    DELETE FROM delivery_queue n USING given g
    WHERE g.kind <> 'retry' AND n.id = g.id AND n.claim_id = g.claim_id
    RETURNING n.*, g.kind, g.at, g.counts, g.duration_ms, g.status AS answer_status, g.error, g.answer
  ),
  kept AS (
    INSERT INTO delivery_history (id, subscription_id, channel_id, party_id, position, event_type, sequence, endpoint,
      target, status, attempts, counted_attempts, first_attempt_at, created_at, finished_at, transaction_id, replay_id,
      note)
    SELECT id, subscription_id, channel_id, party_id, position, event_type, sequence, endpoint, target, kind,
      attempts + 1, counted_attempts + counts::int, coalesce(first_attempt_at, at), created_at, clock_timestamp(),
      transaction_id, replay_id, note
    FROM finished
  ),
  noted AS (
    INSERT INTO delivery_attempt (notification_id, number, at, duration_ms, status, error, answer)
    SELECT id, attempts, at, duration_ms, status, error, answer FROM retried
    UNION ALL
    SELECT id, attempts + 1, at, duration_ms, answer_status, error, answer FROM finished
  ),
  failed AS (
    SELECT row_number() OVER (ORDER BY id) AS ord, 'tuatahi.notification.failed' AS type, '/tuatahi' AS source,
      id::text AS subject, ARRAY[party_id] AS party_ids, transaction_id AS correlation_id, NULL::text AS traceparent,
      jsonb_strip_nulls(jsonb_build_object('notificationId', id, 'subscriptionId', subscription_id,
        'channelId', channel_id, 'eventType', event_type, 'eventId', sequence::text, 'target', target,
        'attempts', attempts + 1, 'status', answer_status, 'error', error)) AS data
    FROM finished
    WHERE kind = 'fail' AND sequence IS NOT NULL
      AND event_type NOT LIKE 'tuatahi.notification.%' AND event_type NOT LIKE 'tuatahi.channel.%'
  ),
  ${appendToEventLog('failed')},
  relaxed AS (SELECT set_config('synchronous_commit', 'off', true) WHERE NOT EXISTS (SELECT FROM failed))
  SELECT ((SELECT count(*) FROM retried) + (SELECT count(*) FROM finished))::int AS recorded,
    (SELECT count(*) FROM appended, woken) AS events, (SELECT count(*) FROM relaxed) AS relaxed`,
};

/** What was cancelled while it was under way, and got through all the same, is sent. */
const SENT_AFTER_ALL = `
  WITH given AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::int[], $5::int[], $6::text[])
    AS g (id, claim_id, at, duration_ms, status, answer)),
  recorded AS (
    UPDATE delivery_notification n
    SET status = 'sent', claim_id = NULL, leased_until = NULL, attempts = n.attempts + 1, finished_at = clock_timestamp()
    FROM given g
    WHERE n.id = g.id AND n.claim_id = g.claim_id AND n.id = ANY($1::uuid[]) AND n.status IN ('cancelled', 'expired')
    RETURNING n.id, n.attempts, g.at, g.duration_ms, g.status, g.answer
  )
  INSERT INTO delivery_attempt (notification_id, number, at, duration_ms, status, answer)
  SELECT id, attempts, at, duration_ms, status, answer FROM recorded`;

export async function recordOutcomes(dataSource: DataSource, unordered: readonly Recorded[]): Promise<void> {
  const batch = unordered.toSorted(byId);
  const [row] = await runPrepared<{ recorded: number }>(dataSource, RECORD, [
    plainArray(batch.map(({ claimed }) => claimed.id)),
    plainArray(batch.map(({ claimed }) => claimed.claim_id)),
    plainArray(batch.map(({ at }) => at.getTime())),
    plainArray(batch.map(({ outcome }) => outcome.durationMs)),
    plainArray(batch.map(({ outcome }) => statusOf(outcome))),
    plainArray(batch.map(({ outcome }) => ('error' in outcome ? outcome.error : undefined))),
    batch.map(({ outcome }) => answerOf(outcome)),
    plainArray(batch.map(({ decision }) => decision.kind)),
    plainArray(batch.map(({ decision }) => (decision.kind === 'retry' ? decision.delayMs : 0))),
    plainArray(batch.map(({ decision }) => decision.kind !== 'retry' || decision.countsAsAttempt)),
  ]);
  if (row?.recorded === batch.length) return;
  const late = batch.filter(({ decision }) => decision.kind === 'sent');
  if (late.length === 0) return;
  await dataSource.query(SENT_AFTER_ALL, [
    late.map(({ claimed }) => claimed.id),
    late.map(({ claimed }) => claimed.claim_id),
    late.map(({ at }) => at),
    late.map(({ outcome }) => outcome.durationMs),
    late.map(({ outcome }) => statusOf(outcome)),
    late.map(({ outcome }) => answerOf(outcome)),
  ]);
}

function byId({ claimed: a }: Recorded, { claimed: b }: Recorded): number {
  return a.id < b.id ? -1 : 1;
}

function statusOf(outcome: SendOutcome): number | undefined {
  return 'status' in outcome ? outcome.status : undefined;
}

function answerOf(outcome: SendOutcome): string | undefined {
  return 'answer' in outcome ? outcome.answer : undefined;
}
