import { NOTIFICATION_TYPES } from '../../../src/spg/notification-types';
import type { Evidence } from '../evidence';
import { summarise } from '../summarise';

/** How the books and the database agree. */
interface Storage {
  /** eventIds that got a 200. */
  readonly accepted: number;
  /** Of these: stored as the very bytes, with exactly one domain event of its type that says the same. */
  readonly delivered: number;
  /** Got a 200, and are not there or not as they were sent, or have no event. */
  readonly lost: number;
  /** Have more than one event. */
  readonly duplicated: number;
  readonly breaches: string[];
}

interface Stored {
  id: string;
  hash: string | null;
  /** Types of the domain events that it became. */
  types: string[];
  /** Whether each of them says what the body says. */
  faithful: boolean | null;
}

/** From both sides, so that an event without a notification shows as well. */
const STORED = `
  SELECT coalesce(n.event_id::text, e.data ->> 'eventId') AS id,
         max(encode(sha256(n.body), 'hex')) AS hash,
         array_remove(array_agg(e.type), NULL) AS types,
         bool_and(e.data -> 'payload' = convert_from(n.body, 'UTF8')::jsonb -> 'payload') AS faithful
  FROM spg_notification n
  FULL JOIN (SELECT type, data FROM domain_event WHERE type LIKE 'spg.%' AND data ? 'eventId') e
    ON e.data ->> 'eventId' = n.event_id::text
  GROUP BY 1`;

/** What got a 200 is stored once, as it was sent, and became one event. Nothing else is stored. */
export async function compareStorage({ ledger, database }: Evidence): Promise<Storage> {
  const { rows } = await database.query<Stored>(STORED);
  const stored = new Map(rows.map((row) => [row.id, row]));
  const { promised } = ledger;
  const lost = promised.filter((id) => {
    const row = stored.get(id);
    return !row || row.hash !== ledger.entries.get(id)?.hash || row.types.length === 0 || !row.faithful;
  });
  const duplicated = rows.filter(({ types }) => types.length > 1).map(({ id }) => id);
  const wrongType = rows.flatMap(({ id, types }) => {
    const entry = ledger.entries.get(id);
    const wrong = entry && types.some((type) => type !== NOTIFICATION_TYPES[entry.type].event);
    return wrong ? [id] : [];
  });
  const neverSent = rows.map(({ id }) => id).filter((id) => !ledger.entries.has(id));
  const broken = new Set([...lost, ...duplicated, ...wrongType]);
  return {
    accepted: promised.length,
    delivered: promised.filter((id) => !broken.has(id)).length,
    lost: lost.length,
    duplicated: duplicated.length,
    breaches: [
      ...summarise('lost', lost),
      ...summarise('with more than one event', duplicated),
      ...summarise('with an event of another type', wrongType),
      ...summarise('stored and never sent', neverSent),
    ],
  };
}
