import type { Invariant } from '../evidence';

/** Positions of the event log are 1, 2, 3… up to its head. */
export const gaplessPositions: Invariant = async ({ database }) => {
  const { rows } = await database.query<Record<'events' | 'first' | 'last' | 'head', string>>(
    `SELECT count(*) AS events, min(position) AS first, max(position) AS last,
            (SELECT position FROM event_log_head) AS head
     FROM domain_event`,
  );
  const { events, first, last, head } = rows[0] ?? {};
  const gapless = first === '1' && events === head && last === head;
  return gapless ? [] : [`the log has ${events} events from ${first} to ${last}, and its head is ${head}`];
};
