import type { EntityManager } from 'typeorm';
import type { NotificationStatus } from './notification.entity';

export interface SequenceRange {
  readonly from: string;
  readonly to: string;
  readonly status: NotificationStatus;
}

/**
 * The numbers of a subscription from one to another, those with the same status next to each other as one range.
 * With several channels a number is only as far as the one that is least far; number minus rank is the same
 * along a run. Served by `delivery_notification_of_subscription`.
 */
const RANGES = `
  WITH number AS (
    SELECT sequence, CASE
        WHEN bool_or(status = 'pending') THEN 'pending' WHEN bool_or(status = 'fail') THEN 'fail'
        WHEN bool_or(status = 'expired') THEN 'expired' WHEN bool_or(status = 'cancelled') THEN 'cancelled'
        ELSE 'sent' END AS status
    FROM delivery_notification WHERE subscription_id = $1 AND sequence BETWEEN $2 AND $3 GROUP BY sequence
  ),
  ranked AS (SELECT *, sequence - row_number() OVER (PARTITION BY status ORDER BY sequence) AS run FROM number)
  SELECT min(sequence) AS "from", max(sequence) AS "to", status
  FROM ranked GROUP BY status, run ORDER BY min(sequence)`;

export function sequenceRanges(
  tx: EntityManager,
  subscriptionId: string,
  from: bigint,
  to: bigint,
): Promise<SequenceRange[]> {
  return tx.query<SequenceRange[]>(RANGES, [subscriptionId, String(from), String(to)]);
}
