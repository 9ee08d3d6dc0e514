import { NOTIFICATION_TYPES } from '../../src/spg/notification-types';
import { LIFE_OF_A_WORK_ORDER } from '../../src/spg/dto/examples';
import {
  EVENT_ID_PLACE,
  FIRST_EVENT_ID,
  LIFE,
  SCATTER,
  TEMPLATES,
  WONUM_PLACE,
} from './load/notification-bodies';
import { query } from './server';

/** Work orders that are told of at the same time, as by a client with so many connections. */
const AT_ONCE = 64;
const CHUNK = 50_000;

/**
 * Notifications number $1 to $2 (from 0) and their events, as if they had been sent. A group of work orders
 * advances step by step; every statement is complete lives of some groups, but perhaps the last one.
 */
const FILL = `
  WITH numbered AS (
    SELECT n, $3 + n AS event_id, 1 + n % (${LIFE} * ${AT_ONCE}) / ${AT_ONCE} AS step,
           n / (${LIFE} * ${AT_ONCE}) * ${AT_ONCE} + n % ${AT_ONCE} AS life
    FROM generate_series($1::bigint, $2::bigint) AS n
  ),
  named AS (
    SELECT n, event_id, step, 'WO-' || lpad(((life + 1) * ${SCATTER} % 1000000000000)::text, 12, '0') AS wonum
    FROM numbered
  ),
  written AS (
    SELECT n, event_id, step, wonum,
           replace(replace(($4::text[])[step], '${EVENT_ID_PLACE}', event_id::text), '${WONUM_PLACE}', wonum) AS body
    FROM named
  ),
  parsed AS (SELECT *, body::jsonb AS json FROM written),
  stored AS (
    INSERT INTO spg_notification
      (event_id, event_timestamp, notification_type, wonum, transaction_id, body, repaired)
    SELECT event_id, (json->>'eventTimestamp')::timestamptz, json->'message'->>'notificationType', wonum,
           gen_random_uuid(), convert_to(body, 'UTF8'), false
    FROM parsed
  )
  INSERT INTO domain_event (position, type, source, subject, party_ids, correlation_id, data)
  SELECT n + 1, ($5::text[])[step], '/spg', wonum, '{owner}', gen_random_uuid(),
         json - 'eventType'
           || jsonb_build_object('wonum', wonum, 'notificationType', json->'message'->'notificationType')
  FROM parsed`;

/**
 * Fills an empty database with so many notifications, their events and the head of the log.
 * @returns the next eventId
 */
export async function fill(
  databaseUrl: string,
  notifications: number,
  say: (progress: string) => void,
): Promise<number> {
  const events = LIFE_OF_A_WORK_ORDER.map((type) => NOTIFICATION_TYPES[type].event);
  for (let first = 0; first < notifications; first += CHUNK) {
    const last = Math.min(first + CHUNK, notifications) - 1;
    await query(databaseUrl, FILL, [first, last, FIRST_EVENT_ID, TEMPLATES, events]);
    if ((last + 1) % (CHUNK * 5) === 0) say(`${last + 1} of ${notifications} notifications filled in`);
  }
  await query(databaseUrl, 'UPDATE event_log_head SET position = $1', [notifications]);
  // What autovacuum would have done in the meantime, had they come one by one.
  await query(databaseUrl, 'VACUUM (ANALYZE)');
  return FIRST_EVENT_ID + notifications;
}
