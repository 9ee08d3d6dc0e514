import type { EntityManager } from 'typeorm';
import { REPLAY_LANE } from './endpoint-name';

/** What has left the queue. By `delivery_replay_item_queued` and the primary key of the queue alone. */
const LEFT_QUEUE = `
  SELECT notification_id AS id FROM delivery_replay_item i
  WHERE state = 'queued' AND NOT EXISTS (
    SELECT FROM delivery_notification n WHERE n.status = 'pending' AND n.id = i.notification_id)`;

/** One that is gone altogether is `errored`, too. By `delivery_replay_item_once`. */
const SETTLE = `
  UPDATE delivery_replay_item i SET state = CASE n.status WHEN 'sent' THEN 'sent' ELSE 'errored' END
  FROM unnest($1::uuid[]) AS done (id)
  LEFT JOIN delivery_notification n ON n.id = done.id AND n.id = ANY($1::uuid[])
  WHERE i.notification_id = done.id AND i.state = 'queued'`;

/** By `delivery_replay_item_waiting`. */
const NEXT = `
  SELECT notification_id AS id FROM delivery_replay_item
  WHERE replay_id = $1 AND state = 'waiting' ORDER BY notification_id LIMIT $2`;

/**
 * Puts notifications into the queue again, in a lane of their own (`endpoint-name.ts`), with their numbers and ids
 * as they were and their attempts counted anew. Those that can't be delivered any more are `errored`. The channels'
 * rows are locked, in the order of their ids, so that one that is being disabled is either seen here or sees what
 * was queued.
 */
const MOVE = `
  WITH channel AS (
    SELECT id, endpoint FROM delivery_channel
    WHERE id IN (SELECT channel_id FROM delivery_notification WHERE id = ANY($2::uuid[]))
      AND state = 'enabled' AND NOT expired
    ORDER BY id FOR SHARE
  ),
  moved AS (
    UPDATE delivery_notification n SET status = 'pending', endpoint = '${REPLAY_LANE}' || c.endpoint,
      next_attempt_at = clock_timestamp(), finished_at = NULL, claim_id = NULL, leased_until = NULL, first_attempt_at = NULL,
      counted_attempts = 0, replay_id = $1
    FROM channel c
    WHERE n.id = ANY($2::uuid[]) AND n.status <> 'pending' AND c.id = n.channel_id
    RETURNING n.id
  )
  UPDATE delivery_replay_item i
  SET state = CASE WHEN i.notification_id IN (SELECT id FROM moved) THEN 'queued' ELSE 'errored' END
  WHERE i.replay_id = $1 AND i.notification_id = ANY($2::uuid[])`;

/**
 * Notes what became of those that were queued.
 *
 * Ids are handed over as parameters, here and below: only then does the planner know the days that they are of, and
 * leaves out the partitions of all others.
 */
export async function settleReplayed(tx: EntityManager): Promise<void> {
  const ids = await idsOf(tx, LEFT_QUEUE);
  if (ids.length > 0) await tx.query(SETTLE, [ids]);
}

/** Moves the next of a replay into the queue. @returns how many it has looked at */
export async function moveNext(tx: EntityManager, replayId: string, limit: number): Promise<number> {
  const ids = await idsOf(tx, NEXT, [replayId, limit]);
  if (ids.length > 0) await tx.query(MOVE, [replayId, ids]);
  return ids.length;
}

async function idsOf(tx: EntityManager, sql: string, parameters: unknown[] = []): Promise<string[]> {
  return (await tx.query<{ id: string }[]>(sql, parameters)).map(({ id }) => id);
}
