import type { EntityManager } from 'typeorm';
import type { NotificationStatus } from './notification.entity';

/** Of one subscription. */
export interface NotificationCounts extends Readonly<Record<NotificationStatus, number>> {
  readonly subscriptionId: string;
  /** How many notifications each of its numbers has: one for each webhook and each address. */
  readonly targets: number;
}

/** Those that are there and those that retention has taken away. By `delivery_notification_of_subscription`. */
const COUNTS = `
  WITH subscription AS (SELECT unnest($1::uuid[]) AS id),
  counted AS (
    SELECT subscription_id, status, count(*) AS notifications FROM delivery_notification
    WHERE subscription_id = ANY($1::uuid[]) AND sequence IS NOT NULL GROUP BY 1, 2
    UNION ALL
    SELECT subscription_id, status, notifications FROM delivery_archived WHERE subscription_id = ANY($1::uuid[])
  )
  SELECT s.id AS "subscriptionId",
    (SELECT coalesce(sum(CASE kind WHEN 'webhook' THEN 1 ELSE cardinality(emails) END), 0)::int
     FROM delivery_channel c WHERE c.subscription_id = s.id AND kind <> 'contact') AS targets,
    coalesce(sum(notifications) FILTER (WHERE status = 'pending'), 0)::float8 AS pending,
    coalesce(sum(notifications) FILTER (WHERE status = 'sent'), 0)::float8 AS sent,
    coalesce(sum(notifications) FILTER (WHERE status = 'fail'), 0)::float8 AS fail,
    coalesce(sum(notifications) FILTER (WHERE status = 'cancelled'), 0)::float8 AS cancelled,
    coalesce(sum(notifications) FILTER (WHERE status = 'expired'), 0)::float8 AS expired
  FROM subscription s LEFT JOIN counted ON counted.subscription_id = s.id GROUP BY s.id ORDER BY s.id`;

export function countNotifications(
  tx: EntityManager,
  subscriptionIds: readonly string[],
): Promise<NotificationCounts[]> {
  return tx.query<NotificationCounts[]>(COUNTS, [subscriptionIds]);
}

/**
 * Keeps retention from taking anything away until the transaction ends. To be its first statement: a transaction that
 * sees one instant sees it from its first query on, but not the tables that are dropped after it.
 */
export async function keepHistory(tx: EntityManager): Promise<void> {
  await tx.query('LOCK TABLE ONLY delivery_history IN ACCESS SHARE MODE');
}
