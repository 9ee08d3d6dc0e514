import type { EntityManager } from 'typeorm';
import { type Prepared, runPrepared } from '../database/prepared';
import type { Matched } from '../delivery/enqueue';

/**
 * Moves the sequence of each subscription on by as many numbers as it has matches. The rows are locked in the
 * order of their ids, so that nobody waits in a circle; the locks last until the notifications have committed,
 * which is what leaves no gap. One that was deleted meanwhile gets no more. By the primary key.
 */
const TAKE: Prepared = {
  name: 'tuatahi.take-numbers',
  text: `
  WITH wanted AS (SELECT id, count(*) AS numbers FROM unnest($1::uuid[]) AS id GROUP BY id),
  locked AS (
    SELECT s.id FROM tuatahi_subscription s JOIN wanted USING (id)
    WHERE s.state = 'active' ORDER BY s.id FOR NO KEY UPDATE OF s
  )
  UPDATE tuatahi_subscription s SET sequence = s.sequence + wanted.numbers, matched_at = clock_timestamp()
  FROM wanted JOIN locked USING (id) WHERE s.id = wanted.id
  RETURNING s.id, s.sequence - wanted.numbers AS last`,
};

/** Numbers matches in their order; leaves out those of subscriptions that have ended. */
export async function takeNumbers(
  tx: EntityManager,
  matches: readonly Omit<Matched, 'sequence'>[],
): Promise<Matched[]> {
  if (matches.length === 0) return [];
  const rows = await runPrepared<{ id: string; last: string }>(tx, TAKE, [
    matches.map(({ subscriptionId }) => subscriptionId),
  ]);
  const last = new Map(rows.map(({ id, last: number }) => [id, BigInt(number)]));
  return matches.flatMap((match) => {
    const number = last.get(match.subscriptionId);
    if (number === undefined) return [];
    last.set(match.subscriptionId, number + 1n);
    return [{ ...match, sequence: String(number + 1n) }];
  });
}
