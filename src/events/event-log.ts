import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Prepared, runPrepared } from '../database/prepared';
import { currentTraceparent } from '../tracing/trace-context';
import { appendToEventLog } from './append.sql';
import type { DomainEvent, NewEvent } from './domain-event';

const APPEND = `
  WITH given AS (
    SELECT ord, type, source, subject, correlation_id, traceparent, data,
           ARRAY(SELECT jsonb_array_elements_text(party_ids)) AS party_ids
    FROM ROWS FROM (jsonb_to_recordset($1::jsonb)
      AS (type text, source text, subject text, party_ids jsonb, correlation_id text, traceparent text, data jsonb))
      WITH ORDINALITY AS event (type, source, subject, party_ids, correlation_id, traceparent, data, ord)
  ), ${appendToEventLog('given')}
  SELECT count(*)::int AS appended FROM appended, woken`;

/** Of an event, but for its data. */
export const EVENT_COLUMNS =
  'position, id, type, source, subject, time, party_ids, correlation_id, traceparent';

const SELECT = `SELECT ${EVENT_COLUMNS}, data FROM domain_event`;

const READ: Prepared = {
  name: 'events.read',
  text: `${SELECT} WHERE position > $1 ORDER BY position LIMIT $2`,
};

/** What `toEvent` needs of a row. */
export interface EventRow {
  position: string;
  id: string;
  type: string;
  source: string;
  subject: string;
  time: Date;
  party_ids: string[];
  correlation_id: string | null;
  traceparent: string | null;
  data: unknown;
}

/** The table of all domain events. */
@Injectable()
export class EventLog {
  /**
   * Appends in the given order, as the last statement of the caller's transaction: from here to the commit
   * every other writer of the log waits. They belong to the trace of what is going on, if there is one.
   */
  async append(tx: EntityManager, events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const current = currentTraceparent();
    const rows = events.map(
      ({ type, source, subject, partyIds, correlationId, traceparent = current, data }) => ({
        type,
        source,
        subject,
        party_ids: partyIds,
        correlation_id: correlationId,
        traceparent,
        data,
      }),
    );
    await tx.query(APPEND, [JSON.stringify(rows)]);
  }

  /** The events after a position, in order. */
  async read(tx: EntityManager, after: number, limit: number): Promise<DomainEvent[]> {
    const rows = await runPrepared<EventRow>(tx, READ, [after, limit]);
    return rows.map(toEvent);
  }

  /** Those at these positions that are still there, in no order. */
  async readThese(tx: EntityManager, positions: readonly number[]): Promise<DomainEvent[]> {
    return (await tx.query<EventRow[]>(`${SELECT} WHERE position = ANY($1::bigint[])`, [positions])).map(
      toEvent,
    );
  }

  async at(tx: EntityManager, position: number): Promise<DomainEvent | undefined> {
    const [row] = await tx.query<EventRow[]>(`${SELECT} WHERE position = $1`, [position]);
    return row && toEvent(row);
  }

  /** By `domain_event_by_id`. */
  async findById(tx: EntityManager, id: string): Promise<DomainEvent | undefined> {
    const [row] = await tx.query<EventRow[]>(`${SELECT} WHERE id = $1`, [id]);
    return row && toEvent(row);
  }

  async head(tx: EntityManager): Promise<number> {
    const [row] = await tx.query<{ position: string }[]>('SELECT position FROM event_log_head');
    return Number(row?.position);
  }
}

export function toEvent(row: EventRow): DomainEvent {
  // The type and the data were checked against each other by the compiler when they were appended.
  return {
    position: Number(row.position),
    id: row.id,
    type: row.type,
    source: row.source,
    subject: row.subject,
    time: row.time.toISOString(),
    partyIds: row.party_ids,
    correlationId: row.correlation_id,
    ...(row.traceparent !== null && { traceparent: row.traceparent }),
    data: row.data,
  } as DomainEvent;
}
