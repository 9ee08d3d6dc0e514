import type { DataSource } from 'typeorm';
import { type Prepared, runPrepared } from '../database/prepared';
import type { DomainEvent } from './domain-event';
import { EVENT_COLUMNS, type EventRow, toEvent } from './event-log';
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
 * key, in the partitions of that stretch alone. What is large is left out by its size as stored, which is known
 * before it is read; the first event never is, or there would be no end to it.
 */
const READ_PAGE: Prepared = {
  name: 'events.read-feed-page',
  text: `
  SELECT head.position AS head,
    EXISTS (SELECT FROM domain_event WHERE position = $1::bigint + 1) AS follows, page.*
  FROM event_log_head head LEFT JOIN (
    SELECT ${EVENT_COLUMNS}, data::text AS data, found
    FROM (
      SELECT *, count(*) OVER () AS found,
        sum(pg_column_size(data)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING)
          - pg_column_size(data) AS bytes_before
      FROM (
        SELECT ${EVENT_COLUMNS}, data FROM domain_event
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
  /** How many there are within the number of events, those that were left out counted. */
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
  const taken = upToBytes(found, size.bytes);
  const events = taken.map((row) => toEvent({ ...row, data: JSON.parse(row.data) as unknown }));
  const isCut = events.length < Number(found[0]?.found ?? 0) || events.length === size.events;
  const end = isCut ? events.at(-1)?.position : undefined;
  return {
    events,
    head,
    next: end ?? Math.min(after + SCANNED, head),
    isWhole: after >= head || (rows[0]?.follows ?? false),
  };
}

/** As stored they are compressed; what a slow reader keeps here is counted as it is. */
function upToBytes(rows: readonly Found[], bytes: number): readonly Found[] {
  let sum = 0;
  const over = rows.findIndex(({ data }) => {
    sum += data.length;
    return sum >= bytes;
  });
  return over === -1 ? rows : rows.slice(0, over + 1);
}
