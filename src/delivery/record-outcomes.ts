import type { DataSource } from 'typeorm';
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
 * has failed for good. The rows are locked in the order of their ids, so that two batches never wait for each
 * other in a circle. An outcome is written only by the claim that holds the notification; another one, after
 * its lease, may have written its own.
 *
 * What was cancelled while it was under way is `sent` if it got through, and stays cancelled if it did not.
 * A failure to tell of a failure is not told, or it would go round in a circle; nor is that of a notice.
 * All by primary keys; what is finished leaves the partial index of what is due.
 */
const RECORD: Prepared = {
  name: 'delivery.record',
  text: `
  WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::int[], $5::int[], $6::text[], $7::text[],
      $8::text[], $9::float8[], $10::boolean[])
      AS g (id, claim_id, at, duration_ms, status, error, answer, kind, delay_ms, counts)
  ),
  held AS (
    SELECT id, claim_id FROM delivery_notification WHERE id = ANY($1::uuid[]) AND claim_id = ANY($2::uuid[])
    ORDER BY id FOR NO KEY UPDATE
  ),
  recorded AS (
    UPDATE delivery_notification n SET
      claim_id = NULL,
      attempts = n.attempts + 1,
      counted_attempts = n.counted_attempts + g.counts::int,
      first_attempt_at = coalesce(n.first_attempt_at, g.at),
      status = CASE WHEN g.kind = 'sent' THEN 'sent'
                    WHEN n.status = 'pending' AND g.kind = 'fail' THEN 'fail' ELSE n.status END,
      next_attempt_at = CASE WHEN n.status = 'pending' AND g.kind = 'retry'
                             THEN clock_timestamp() + g.delay_ms * interval '1 millisecond' END,
      finished_at = CASE WHEN g.kind = 'sent' OR (n.status = 'pending' AND g.kind = 'fail')
                         THEN clock_timestamp() ELSE n.finished_at END
    FROM held JOIN given g ON g.id = held.id AND g.claim_id = held.claim_id
    WHERE n.id = held.id AND n.id = ANY($1::uuid[])
    RETURNING n.id, n.subscription_id, n.channel_id, n.party_id, n.event_type, n.sequence, n.target, n.attempts,
      n.transaction_id, n.status AS now_is, g.kind, g.at, g.duration_ms, g.status, g.error, g.answer
  ),
  noted AS (
    INSERT INTO delivery_attempt (notification_id, number, at, duration_ms, status, error, answer)
    SELECT id, attempts, at, duration_ms, status, error, answer FROM recorded
  ),
  failed AS (
    SELECT row_number() OVER (ORDER BY id) AS ord, 'tuatahi.notification.failed' AS type, '/tuatahi' AS source,
      id::text AS subject, ARRAY[party_id] AS party_ids, transaction_id AS correlation_id,
      jsonb_strip_nulls(jsonb_build_object('notificationId', id, 'subscriptionId', subscription_id,
        'channelId', channel_id, 'eventType', event_type, 'eventId', sequence::text, 'target', target,
        'attempts', attempts, 'status', status, 'error', error)) AS data
    FROM recorded
    WHERE now_is = 'fail' AND kind = 'fail' AND sequence IS NOT NULL
      AND event_type NOT LIKE 'tuatahi.notification.%' AND event_type NOT LIKE 'tuatahi.channel.%'
  ),
  ${appendToEventLog('failed')}
  SELECT count(*)::int AS events FROM appended, woken`,
};

export async function recordOutcomes(dataSource: DataSource, batch: readonly Recorded[]): Promise<void> {
  await runPrepared(dataSource, RECORD, [
    batch.map(({ claimed }) => claimed.id),
    batch.map(({ claimed }) => claimed.claim_id),
    batch.map(({ at }) => at),
    batch.map(({ outcome }) => outcome.durationMs),
    batch.map(({ outcome }) => ('status' in outcome ? outcome.status : undefined)),
    batch.map(({ outcome }) => ('error' in outcome ? outcome.error : undefined)),
    batch.map(({ outcome }) => ('answer' in outcome ? outcome.answer : undefined)),
    batch.map(({ decision }) => decision.kind),
    batch.map(({ decision }) => (decision.kind === 'retry' ? decision.delayMs : 0)),
    batch.map(({ decision }) => decision.kind !== 'retry' || decision.countsAsAttempt),
  ]);
}
