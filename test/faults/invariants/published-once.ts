import type { Invariant } from '../evidence';
import { summarise } from '../summarise';
import type { Visitors } from '../visitors';

const EVENTS = `
  SELECT data ->> 'id' AS id, count(*)::int AS times FROM domain_event
  WHERE type = 'tuatahi.ont.activation' GROUP BY 1`;

/** Each event that was published with a 202 is in the log, once. */
export function publishedOnce({ published }: Visitors): Invariant {
  return async ({ database }) => {
    const { rows } = await database.query<{ id: string; times: number }>(EVENTS);
    const times = new Map(rows.map((row) => [row.id, row.times]));
    return [
      ...(published.length > 0 ? [] : ['nothing was published']),
      ...summarise(
        'published events that are not in the log',
        published.filter((id) => !times.has(id)),
      ),
      ...summarise(
        'published events that are in the log more than once',
        [...times].flatMap(([id, count]) => (count > 1 ? [id] : [])),
      ),
    ];
  };
}
