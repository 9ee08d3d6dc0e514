import { randomUUID } from 'node:crypto';
import { SecretBox } from '../../../src/delivery/secret-box';
import { NOTIFICATION_TYPES } from '../../../src/spg/notification-types';
import { LIFE_OF_A_WORK_ORDER } from '../../../src/spg/dto/examples';
import { LIFE, TEMPLATES, EVENT_ID_PLACE, WONUM_PLACE } from '../load/notification-bodies';
import { query } from '../server';
import { SIGNING_SECRET } from '../sink/signed-post';
import { ENCRYPTION_KEY } from '../subject';
import type { QueueOrder } from './queue-order';

/** Events number $1 to $2, as the receiving of SPG's notifications states them. */
const EVENTS = `
  INSERT INTO domain_event (position, type, source, subject, party_ids, correlation_id, data)
  SELECT n, ($4::text[])[1 + n % ${LIFE}], '/spg', wonum, '{owner}', gen_random_uuid(),
    json - 'eventType' || jsonb_build_object('wonum', wonum, 'notificationType', json->'message'->'notificationType')
  FROM generate_series($1::bigint, $2::bigint) AS n
  CROSS JOIN LATERAL (SELECT 'WO-' || lpad(n::text, 12, '0') AS wonum) w
  CROSS JOIN LATERAL (SELECT
    replace(replace(($3::text[])[1 + n % ${LIFE}], '${EVENT_ID_PLACE}', n::text), '${WONUM_PLACE}', wonum)::jsonb AS json
  ) j`;

/** A channel for each endpoint, all of one subscription. */
const CHANNELS = `
  INSERT INTO delivery_channel (id, subscription_id, party_id, kind, endpoint, callback_uri, emails, error_strategy,
    sealed_secret)
  SELECT id, $1, 'owner', 'webhook', origin, origin || '/hook', '{}', 'retry', sealed
  FROM unnest($2::uuid[], $3::text[], $4::text[]) AS c (id, origin, sealed)`;

/** So many notifications as $4, of the events and to the channels in turn. */
const NOTIFICATIONS = `
  INSERT INTO delivery_notification (subscription_id, channel_id, party_id, position, event_type, sequence, endpoint,
    target, status, next_attempt_at, transaction_id)
  SELECT $1, ($2::uuid[])[c], 'owner', 1 + (n - 1) % head.position, 'SPWorkOrderNotification', n, ($3::text[])[c], ($3::text[])[c] || '/hook',
    'pending', clock_timestamp(), gen_random_uuid()
  FROM event_log_head head CROSS JOIN generate_series(1, $4::int) AS n CROSS JOIN LATERAL (SELECT 1 + n % cardinality($2::uuid[]) AS c) c`;

/** Fills the event log, and puts all consumers behind it: none of them is asked anything. */
export async function fillEvents(databaseUrl: string, events: number): Promise<void> {
  const types = LIFE_OF_A_WORK_ORDER.map((type) => NOTIFICATION_TYPES[type].event);
  await query(databaseUrl, EVENTS, [1, events, TEMPLATES, types]);
  await query(databaseUrl, 'UPDATE event_log_head SET position = $1', [events]);
  await query(databaseUrl, 'UPDATE event_cursor SET position = $1', [events]);
  await query(databaseUrl, 'VACUUM (FREEZE, ANALYZE) domain_event');
}

/** Queues deliveries of the events that are there. */
export async function queueInKarere({ databaseUrl, deliveries, origins }: QueueOrder): Promise<void> {
  const box = new SecretBox({ current: Buffer.from(ENCRYPTION_KEY, 'base64') });
  const subscription = randomUUID();
  const channels = origins.map(() => randomUUID());
  const sealed = channels.map((id) => box.seal(SIGNING_SECRET, `${id} secret`));
  await query(databaseUrl, CHANNELS, [subscription, channels, origins, sealed]);
  await query(databaseUrl, NOTIFICATIONS, [subscription, channels, origins, deliveries]);
  await query(databaseUrl, 'VACUUM (ANALYZE) delivery_queue, delivery_attempt, delivery_channel');
}

/** Forgets the deliveries that were queued here, made or not; a log of others that was filled in stays. */
export async function emptyKarere(databaseUrl: string): Promise<void> {
  await query(databaseUrl, 'TRUNCATE delivery_queue, delivery_attempt');
  await query(databaseUrl, "DELETE FROM delivery_history WHERE party_id = 'owner'");
  await query(databaseUrl, "DELETE FROM delivery_channel WHERE party_id = 'owner'");
  await query(databaseUrl, 'VACUUM delivery_history');
}

/** Those that were made, each with the attempt that says so. */
export async function deliveredByKarere(databaseUrl: string): Promise<number> {
  const [row] = await query<{ sent: number; attempts: number; other: number }>(
    databaseUrl,
    `SELECT count(*) FILTER (WHERE status = 'sent')::int AS sent,
       count(*) FILTER (WHERE status NOT IN ('sent', 'pending'))::int AS other,
       (SELECT count(*)::int FROM delivery_attempt) AS attempts
     FROM delivery_notification WHERE party_id = 'owner'`,
  );
  if (!row || row.other > 0 || row.attempts !== row.sent) {
    throw new Error(`the delivery log does not fit: ${JSON.stringify(row)}`);
  }
  return row.sent;
}
