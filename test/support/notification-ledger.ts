import type { DataSource } from 'typeorm';

/**
 * Of each subscription: how many notifications its numbers ask for (a number for each webhook and each address),
 * and how many there are or were, whatever became of them.
 */
const LEDGER = `
  SELECT s.id AS subscription,
    (s.sequence * (SELECT coalesce(sum(CASE kind WHEN 'webhook' THEN 1 ELSE cardinality(emails) END), 0)
       FROM delivery_channel c WHERE c.subscription_id = s.id AND kind <> 'contact'))::int AS matched,
    (SELECT count(*)::int FROM delivery_notification n
       WHERE n.subscription_id = s.id AND n.sequence IS NOT NULL)
     + (SELECT coalesce(sum(notifications), 0)::int FROM delivery_archived a WHERE a.subscription_id = s.id)
     AS accounted,
    (SELECT count(*)::int FROM delivery_notification n
       WHERE n.subscription_id = s.id AND n.sequence NOT BETWEEN 1 AND s.sequence) AS beyond
  FROM tuatahi_subscription s ORDER BY s.id`;

/** What is pending has a time when it is due, and what is finished has one when it was finished; nothing else. */
const CONTRADICTIONS = `
  SELECT id, status FROM delivery_notification
  WHERE (status = 'pending') <> (next_attempt_at IS NOT NULL) OR (status = 'pending') = (finished_at IS NOT NULL)`;

/** For the end of every test that delivers: matched = sent + failed + pending + expired + cancelled. */
export async function expectBalancedLedger(dataSource: DataSource): Promise<void> {
  const rows =
    await dataSource.query<{ subscription: string; matched: number; accounted: number; beyond: number }[]>(
      LEDGER,
    );
  expect(rows.filter(({ matched, accounted, beyond }) => matched !== accounted || beyond > 0)).toEqual([]);
  expect(await dataSource.query<unknown[]>(CONTRADICTIONS)).toEqual([]);
}
