import type { DataSource } from 'typeorm';

/** A notification in the queue or done with, and how its attempts went. */
interface Queued {
  readonly id: string;
  readonly sequence: string | null;
  readonly target: string;
  readonly status: string;
  /** Until the next attempt. */
  readonly dueInMs: number | null;
  /** By the status or the error of each. */
  readonly attempts: readonly (number | string)[];
}

/** All notifications of a subscription, those for its contacts too: by number and target. */
export function queuedFor(dataSource: DataSource, subscriptionId: string): Promise<Queued[]> {
  return dataSource.query<Queued[]>(
    `SELECT n.id, n.sequence, n.target, n.status,
       extract(epoch FROM n.next_attempt_at - clock_timestamp())::float8 * 1000 AS "dueInMs",
       coalesce((SELECT json_agg(coalesce(a.error, a.status::text, 'ok') ORDER BY a.number)
         FROM delivery_attempt a WHERE a.notification_id = n.id), '[]') AS attempts
     FROM delivery_notification n WHERE n.subscription_id = $1 ORDER BY n.sequence, n.target, n.id`,
    [subscriptionId],
  );
}

/** Makes all that is pending due now, as if the time had gone by. */
export async function letTimeGoBy(dataSource: DataSource): Promise<void> {
  await dataSource.query(
    `UPDATE delivery_notification SET next_attempt_at = clock_timestamp(), leased_until = clock_timestamp()
     WHERE status = 'pending'`,
  );
}
