import { waitFor } from '../../support/wait-for';
import type { Invariant } from '../evidence';
import { summarise } from '../summarise';
import type { Visitors } from '../visitors';

/** The job that ends subscriptions comes every ten seconds. */
const ENDED_MS = 60_000;

const ENDS = `
  SELECT subject AS id, count(*)::int AS times FROM domain_event
  WHERE type = 'tuatahi.subscription.expired' GROUP BY subject`;

const CREATED = `SELECT count(*)::int AS count FROM tuatahi_subscription WHERE event_type = 'followup.booking.confirmed'`;

/** Each subscription of the visitors was created once, and ended once, by one of all the replicas that have the job. */
export function endedOnce(visitors: Visitors): Invariant {
  return async ({ database }) => {
    const look = async (): Promise<Map<string, number>> => {
      const { rows } = await database.query<{ id: string; times: number }>(ENDS);
      return new Map(rows.map(({ id, times }) => [id, times]));
    };
    const { subscribed, failures } = visitors;
    const ends = await waitFor(
      'all subscriptions have ended',
      look,
      (seen) => subscribed.every((id) => seen.has(id)),
      ENDED_MS,
    );
    const { rows } = await database.query<{ count: number }>(CREATED);
    const created = rows[0]?.count ?? 0;
    // One whose answer was lost may be there, and none besides.
    const surplus = created - subscribed.length;
    return [
      ...(subscribed.length > 0 ? [] : ['nobody has subscribed']),
      ...summarise(
        'subscriptions that ended more than once',
        [...ends].flatMap(([id, times]) => (times > 1 ? [id] : [])),
      ),
      ...(surplus < 0 || surplus > failures
        ? [`${subscribed.length} subscriptions were created, and ${created} are there`]
        : []),
    ];
  };
}
