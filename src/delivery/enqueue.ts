import type { EntityManager } from 'typeorm';
import { type Prepared, runPrepared } from '../database/prepared';

/** An event that a subscription has matched, with its number in the subscription. */
export interface Matched {
  readonly subscriptionId: string;
  readonly partyId: string;
  readonly position: number;
  /** The name under which the subscription gets it. */
  readonly eventType: string;
  readonly sequence: string;
  readonly transactionId: string | null;
}

/** Channel of NOTIFY by which dispatchers learn that something is due. */
export const DELIVERY_CHANNEL = 'karere_delivery';

/**
 * Queues a notification for each channel (of an e-mail channel: for each address). What comes for a disabled
 * channel is `cancelled` at once: it counts, and can be replayed. The channels' rows are locked, in the order
 * of their ids, so that one that is being disabled is either seen here or sees what was queued. Served by
 * `delivery_channel_of_subscription`.
 */
const ENQUEUE: Prepared = {
  name: 'delivery.enqueue',
  text: `
  WITH matched AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[])
      AS m (subscription_id, party_id, position, event_type, sequence, transaction_id)
  ),
  channel AS (
    SELECT id, subscription_id, kind, state, endpoint, callback_uri, emails FROM delivery_channel
    WHERE subscription_id = ANY($1::uuid[]) AND kind <> 'contact' ORDER BY id FOR SHARE
  ),
  queued AS (
    INSERT INTO delivery_notification (subscription_id, channel_id, party_id, position, event_type, sequence,
      endpoint, target, status, next_attempt_at, finished_at, transaction_id)
    SELECT m.subscription_id, c.id, m.party_id, m.position, m.event_type, m.sequence, c.endpoint, t.target,
      CASE c.state WHEN 'enabled' THEN 'pending' ELSE 'cancelled' END,
      CASE c.state WHEN 'enabled' THEN clock_timestamp() END,
      CASE c.state WHEN 'enabled' THEN NULL ELSE clock_timestamp() END,
      m.transaction_id
    FROM matched m JOIN channel c USING (subscription_id)
    CROSS JOIN LATERAL unnest(CASE c.kind WHEN 'webhook' THEN ARRAY[c.callback_uri] ELSE c.emails END)
      AS t (target)
    ORDER BY m.position, m.sequence
  )
  SELECT pg_notify('${DELIVERY_CHANNEL}', '')`,
};

export async function enqueue(tx: EntityManager, matched: readonly Matched[]): Promise<void> {
  if (matched.length === 0) return;
  await runPrepared(tx, ENQUEUE, [
    matched.map(({ subscriptionId }) => subscriptionId),
    matched.map(({ partyId }) => partyId),
    matched.map(({ position }) => position),
    matched.map(({ eventType }) => eventType),
    matched.map(({ sequence }) => sequence),
    matched.map(({ transactionId }) => transactionId),
  ]);
}

/** An event that the contacts of a subscription are told about, whether it subscribes to such events or not. */
export type Notice = Omit<Matched, 'sequence' | 'partyId'>;

/**
 * Like the above, for the contacts: outside the subscription's sequence. Those of a subscription that was deleted
 * meanwhile are not told any more.
 */
const ENQUEUE_NOTICES = `
  WITH notice AS (
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[])
      AS m (subscription_id, position, event_type, transaction_id)
  ),
  contact AS (
    SELECT id, subscription_id, party_id, endpoint, emails FROM delivery_channel
    WHERE subscription_id = ANY($1::uuid[]) AND kind = 'contact' AND state = 'enabled' ORDER BY id FOR SHARE
  ),
  queued AS (
    INSERT INTO delivery_notification (subscription_id, channel_id, party_id, position, event_type,
      endpoint, target, status, next_attempt_at, transaction_id)
    SELECT m.subscription_id, c.id, c.party_id, m.position, m.event_type, c.endpoint, t.target, 'pending',
      clock_timestamp(), m.transaction_id
    FROM notice m JOIN contact c USING (subscription_id) CROSS JOIN LATERAL unnest(c.emails) AS t (target)
  )
  SELECT pg_notify('${DELIVERY_CHANNEL}', '')`;

export async function enqueueNotices(tx: EntityManager, notices: readonly Notice[]): Promise<void> {
  if (notices.length === 0) return;
  await tx.query(ENQUEUE_NOTICES, [
    notices.map(({ subscriptionId }) => subscriptionId),
    notices.map(({ position }) => position),
    notices.map(({ eventType }) => eventType),
    notices.map(({ transactionId }) => transactionId),
  ]);
}
