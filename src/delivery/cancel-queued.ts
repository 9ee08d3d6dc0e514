import type { EntityManager } from 'typeorm';
import { againWhenMoved } from '../database/again-when-moved';
import { REPLAY_LANE } from './endpoint-name';

/**
 * What is queued for channels is not delivered any more; it counts, and can be replayed. Served by
 * `delivery_notification_due`, since only what is pending is looked at. The rows are locked in the order of their
 * ids, as by those who write outcomes down, so that nobody waits in a circle.
 *
 * A delivery that is under way keeps its claim: should it still succeed, `record-outcomes.ts` says so. Callers
 * hold the channels' rows (or their subscription's), so that nothing is queued in between.
 */
const CANCEL = `
  WITH queued AS (
    SELECT n.id FROM delivery_channel c JOIN delivery_notification n
      ON n.endpoint IN (c.endpoint, '${REPLAY_LANE}' || c.endpoint) AND n.channel_id = c.id AND n.status = 'pending'
    WHERE c.id = ANY($1::uuid[])
    ORDER BY n.id FOR UPDATE OF n
  )
  UPDATE delivery_notification n SET status = $2, next_attempt_at = NULL, finished_at = clock_timestamp()
  WHERE n.id = ANY(ARRAY(SELECT id FROM queued)) AND n.status = 'pending'`;

export async function cancelQueued(
  tx: EntityManager,
  channelIds: readonly string[],
  status: 'cancelled' | 'expired',
): Promise<void> {
  // In a savepoint: what is just being finished goes to another partition, and then it is done again.
  await againWhenMoved(() => tx.transaction((inner) => inner.query(CANCEL, [channelIds, status])));
}
