import type { DataSource } from 'typeorm';
import type { NotificationStatus } from '../../src/delivery/notification.entity';

interface Queued {
  readonly id: string;
  readonly sequence: string;
  readonly status: NotificationStatus;
  readonly attempts: number;
  readonly countedAttempts: number;
  readonly isClaimed: boolean;
  /** Until it is due; null when it is finished. */
  readonly waitsMs: number | null;
}

interface Attempt {
  readonly number: number;
  readonly at: Date;
  readonly durationMs: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string | null;
}

/** The notifications of a subscription in their order, whatever became of them. */
export function notificationsOf(dataSource: DataSource, { id }: { readonly id: string }): Promise<Queued[]> {
  return dataSource.query(
    `SELECT id, sequence, status, attempts, counted_attempts AS "countedAttempts",
       claim_id IS NOT NULL AS "isClaimed",
       round(extract(epoch FROM next_attempt_at - clock_timestamp()) * 1000)::int AS "waitsMs"
     FROM delivery_notification WHERE subscription_id = $1 ORDER BY sequence`,
    [id],
  );
}

/** All attempts at the notifications of a subscription, in their order. */
export function attemptsOf(dataSource: DataSource, { id }: { readonly id: string }): Promise<Attempt[]> {
  return dataSource.query(
    `SELECT number, at, duration_ms AS "durationMs", a.status, error, answer
     FROM delivery_attempt a JOIN delivery_notification n ON n.id = a.notification_id
     WHERE n.subscription_id = $1 ORDER BY n.sequence, number`,
    [id],
  );
}

/** Nothing is due any more; the ledger stays balanced. */
export async function cancelAllPending(dataSource: DataSource): Promise<void> {
  await dataSource.query(
    `UPDATE delivery_notification
     SET status = 'cancelled', next_attempt_at = NULL, claim_id = NULL, finished_at = clock_timestamp()
     WHERE status = 'pending'`,
  );
}

/** Makes all that is pending due now, its leases over. */
export async function makeAllDue(dataSource: DataSource): Promise<void> {
  await dataSource.query(
    `UPDATE delivery_notification SET next_attempt_at = clock_timestamp(), leased_until = clock_timestamp()
     WHERE status = 'pending'`,
  );
}

/** As if so much time had gone by for all that is pending: leases run out, and retries become due. */
export async function letTimePass(dataSource: DataSource, ms = 86_400_000): Promise<void> {
  await dataSource.query(
    `UPDATE delivery_notification SET next_attempt_at = next_attempt_at - $1 * interval '1 millisecond',
       leased_until = leased_until - $1 * interval '1 millisecond',
       first_attempt_at = first_attempt_at - $1 * interval '1 millisecond'
     WHERE status = 'pending'`,
    [ms],
  );
}
