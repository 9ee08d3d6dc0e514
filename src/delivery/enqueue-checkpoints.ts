import type { EntityManager } from 'typeorm';
import { DELIVERY_CHANNEL } from './enqueue';

/** Where the receivers of a subscription should be by now. */
export interface Checkpoint {
  readonly subscriptionId: string;
  readonly partyId: string;
  /** The last number given. */
  readonly head: string;
}

export const CHECKPOINT_EVENT = 'karere.checkpoint';

/**
 * To each webhook that is enabled, unless one waits for it already. Outside the sequence and the ledger. The channels'
 * rows are locked, in the order of their ids, so that one that is being disabled is either seen here or sees what was
 * queued. By `delivery_notification_of_subscription`.
 */
const ENQUEUE_CHECKPOINTS = `
  WITH channel AS (
    SELECT id, subscription_id, endpoint, callback_uri FROM delivery_channel
    WHERE subscription_id = ANY($1::uuid[]) AND kind = 'webhook' AND state = 'enabled' AND NOT expired
    ORDER BY id FOR SHARE
  ),
  queued AS (
    INSERT INTO delivery_notification (subscription_id, channel_id, party_id, position, event_type, endpoint, target,
      status, next_attempt_at, note)
    SELECT k.subscription_id, c.id, k.party_id, 0, '${CHECKPOINT_EVENT}', c.endpoint, c.callback_uri, 'pending',
      clock_timestamp(), jsonb_build_object('subscriptionId', k.subscription_id, 'head', k.head)
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (subscription_id, party_id, head)
    JOIN channel c USING (subscription_id)
    WHERE NOT EXISTS (
      SELECT FROM delivery_notification n
      WHERE n.status = 'pending' AND n.subscription_id = c.subscription_id AND n.channel_id = c.id)
  )
  SELECT pg_notify('${DELIVERY_CHANNEL}', '')`;

export async function enqueueCheckpoints(
  tx: EntityManager,
  checkpoints: readonly Checkpoint[],
): Promise<void> {
  if (checkpoints.length === 0) return;
  await tx.query(ENQUEUE_CHECKPOINTS, [
    checkpoints.map(({ subscriptionId }) => subscriptionId),
    checkpoints.map(({ partyId }) => partyId),
    checkpoints.map(({ head }) => head),
  ]);
}
