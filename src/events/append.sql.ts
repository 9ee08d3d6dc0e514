/** Channel of LISTEN/NOTIFY on which a commit to the event log wakes the consumers of all replicas. */
export const EVENT_LOG_CHANNEL = 'karere_event_log';

/**
 * The CTEs that append to the event log what the CTE `source` holds: `ord`, `type`, `source`, `subject`,
 * `party_ids`, `correlation_id`, `traceparent`, `data`. They end a statement, and the statement ends its transaction.
 *
 * Guarantees: the row lock on the head makes positions gapless and their order the commit order, so a
 * reader that remembers one number can not miss an event. The lock is held from here to the commit, hence
 * last. With nothing to append the head is not locked at all. NOTIFY is sent by the commit itself; since
 * the head's lock puts these commits in a row already, NOTIFY's own lock costs nothing more.
 */
export function appendToEventLog(source: string): string {
  return `
    event_log AS (
      UPDATE event_log_head SET position = position + (SELECT count(*) FROM ${source})
      WHERE (SELECT count(*) FROM ${source}) > 0
      RETURNING position - (SELECT count(*) FROM ${source}) AS base
    ),
    appended AS (
      INSERT INTO domain_event (position, type, source, subject, party_ids, correlation_id, traceparent, data)
      SELECT base + row_number() OVER (ORDER BY ord), type, source, subject, party_ids, correlation_id, traceparent,
        data
      FROM event_log, ${source}
      RETURNING position
    ),
    woken AS (SELECT pg_notify('${EVENT_LOG_CHANNEL}', '') FROM event_log)`;
}
