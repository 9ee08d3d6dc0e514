import type { DataSource } from 'typeorm';
import { type Prepared, runPrepared } from '../database/prepared';
import type { DomainEvent } from './domain-event';
import { type EventRow, toEvent } from './event-log';
import type { FeedView } from './feed-view';

/** How much of the log one look takes. */
export interface FeedPageSize {
  /** Events at most. */
  readonly events: number;
  /** Bytes of their data as JSON: when it has so many it takes no other event. */
  readonly bytes: number;
}

export interface FeedPage {
  readonly events: readonly DomainEvent[];
  /** All up to this position was looked at: the next page begins after it. */
  readonly next: number;
  /** Position of the newest event at that moment. */
  readonly head: number;
  /** What comes right after the position is still there: retention has taken nothing that would be in this page. */
  readonly isWhole: boolean;
}

/** Events that one look passes at most, whether they are in view or not. */
export const SCANNED = 5000;

/**
 * The events in view after a position, in order, and the head as of the same moment: one statement, one snapshot.
 *
 * Positions are gapless and in commit order, so what is below the head is all there, and a stretch of positions is
 * as many rows: the bound on positions bounds the work, also when nothing is in view. They are found by the primary
 * key, in the partitions of that stretch alone. What has been found is cut off before it gets too large for a
 * reader that may be slow to take it (`size`), but for the first event, or there would be no end to it.
 */
const READ_PAGE: Prepared = {
  name: 'events.read-feed-page',
  text: `
  SELECT head.position AS head,
    EXISTS (SELECT FROM domain_event WHERE position = $1::bigint + 1) AS follows, page.*
  FROM event_log_head head LEFT JOIN (
    SELECT position, id, type, source, subject, time, party_ids, correlation_id, data, found
    FROM (
      SELECT *, count(*) OVER () AS found,
        sum(octet_length(data)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) - octet_length(data) AS bytes_before
      FROM (
        SELECT position, id, type, source, subject, time, party_ids, correlation_id, data::text AS data
        FROM domain_event
        WHERE position > $1::bigint AND position <= $1::bigint + ${SCANNED}
          AND ($2::text IS NULL OR $2 = ANY (party_ids))
          AND ($3::text[] IS NULL OR type LIKE ANY ($3))
        ORDER BY position LIMIT $4
      ) event
    ) measured
    WHERE bytes_before < $5
  ) page ON true
  ORDER BY page.position`,
};

interface Found extends EventRow {
  readonly data: string;
  /** How many there would be, were they not cut off. */
  readonly found: string;
}

type Row = { readonly head: string; readonly follows: boolean } & (Found | { readonly position: null });

/** @param after a position; the page begins with what comes after it */
export async function readFeedPage(
  dataSource: DataSource,
  after: number,
  { partyId, types }: FeedView,
  size: FeedPageSize,
): Promise<FeedPage> {
  const rows = await runPrepared<Row>(dataSource, READ_PAGE, [
    after,
    partyId ?? null,
    types ?? null,
    size.events,
    size.bytes,
  ]);
  const head = Number(rows[0]?.head);
  const found = rows.filter((row) => row.position !== null);
  const events = found.map((row) => toEvent({ ...row, data: JSON.parse(row.data) as unknown }));
  const [first] = found;
  const isFull = events.length === size.events || (first && events.length < Number(first.found));
  const end = isFull ? events.at(-1)?.position : undefined;
  return {
    events,
    head,
    next: end ?? Math.min(after + SCANNED, head),
    isWhole: after >= head || (rows[0]?.follows ?? false),
  };
}
