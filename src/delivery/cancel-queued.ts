import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { againWhenMoved } from '../database/again-when-moved';

/** Notifications in one statement, which is a transaction of its own. */
const AT_ONCE = 1000;

/** When all that are left are just being written by others. */
const AGAIN_MS = 10;

/** What is queued for those of the channels (`$1`) that have ended. By `delivery_notification_of_subscription`. */
const QUEUED = `
  FROM delivery_channel c
  JOIN delivery_notification n ON n.subscription_id = c.subscription_id AND n.channel_id = c.id
  WHERE c.id = ANY($1::uuid[]) AND (c.state = 'disabled' OR c.expired) AND n.status = 'pending'`;

/**
 * What is queued is not delivered any more; it counts, and can be replayed. This waits for nobody, and holds what
 * it has locked for no longer than a small part of a queue takes: the outcomes of other deliveries may wait for it.
 *
 * A delivery that is under way keeps its claim: should it still succeed, `record-outcomes.ts` says so.
 */
const CANCEL = `
  WITH queued AS (
    SELECT n.id, CASE c.state WHEN 'disabled' THEN 'cancelled' ELSE 'expired' END AS becomes ${QUEUED}
    LIMIT ${AT_ONCE} FOR NO KEY UPDATE OF n SKIP LOCKED
  ),
  cancelled AS (
    UPDATE delivery_notification n
    SET status = queued.becomes, next_attempt_at = NULL, finished_at = clock_timestamp()
    FROM queued WHERE n.id = queued.id AND n.status = 'pending' RETURNING n.id
  )
  SELECT count(*)::int AS cancelled FROM cancelled`;

const LEFT = `SELECT EXISTS (SELECT ${QUEUED}) AS left`;

/**
 * Takes away what is queued for channels that have ended, in as many transactions as it takes: a queue can be of
 * millions. To be done after the end has committed; from then on nothing more is queued.
 * @param maxParts leaves the rest after so many transactions
 */
export async function cancelQueued(
  dataSource: DataSource,
  channelIds: readonly string[],
  maxParts = Number.POSITIVE_INFINITY,
): Promise<void> {
  for (let parts = 1; parts <= maxParts; parts += 1) {
    const [part] = await againWhenMoved(() =>
      dataSource.query<{ cancelled: number }[]>(CANCEL, [channelIds]),
    );
    if (part?.cancelled) continue;
    const [rest] = await dataSource.query<{ left: boolean }[]>(LEFT, [channelIds]);
    if (!rest?.left) return;
    await sleep(AGAIN_MS);
  }
}
