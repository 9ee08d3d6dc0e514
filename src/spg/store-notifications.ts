import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Prepared, runPrepared } from '../database/prepared';
import { appendToEventLog } from '../events/append.sql';
import { parseJson } from '../http/parse-json';
import type { ReceivedNotification } from './received-notification';

export type StoreOutcome = 'accepted' | 'duplicate' | 'conflict';

/**
 * Stores a batch and appends its domain events: one statement, so one round trip and one commit for all.
 *
 * Guarantees: an eventId is stored once and has one event, also when it comes twice in a batch or on two
 * replicas at once: the second insert waits for the first one's commit and then does nothing. Inserting in
 * the order of the key keeps two batches with the same ids from waiting for each other. Served by the
 * primary key of `spg_notification`.
 *
 * The bodies come as one value that is cut up here, because it travels in binary; an array of them would be
 * written out as hexadecimal text.
 */
const STORE: Prepared = {
  name: 'spg-store',
  text: `
  WITH given AS (
    SELECT ord, event_id, event_timestamp, notification_type, wonum, transaction_id, repaired, type, data, traceparent,
           substring($7::bytea FROM start FOR length) AS body
    FROM ROWS FROM (
      unnest($1::bigint[]), unnest($2::timestamptz[]), unnest($3::text[]), unnest($4::text[]),
      unnest($5::text[]), unnest($6::boolean[]), unnest($8::int[]), unnest($9::int[]), unnest($10::text[]),
      jsonb_array_elements($11::jsonb), unnest($13::text[])
    ) WITH ORDINALITY AS n (event_id, event_timestamp, notification_type, wonum, transaction_id, repaired,
                            start, length, type, data, traceparent, ord)
  ),
  first AS (SELECT DISTINCT ON (event_id) * FROM given ORDER BY event_id, ord),
  stored AS (
    INSERT INTO spg_notification
      (event_id, event_timestamp, notification_type, wonum, transaction_id, body, repaired)
    SELECT event_id, event_timestamp, notification_type, wonum, transaction_id, body, repaired
    FROM first ORDER BY event_id
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id
  ),
  accepted AS (
    SELECT ord, type, '/spg' AS source, wonum AS subject, ARRAY[$12::text] AS party_ids,
           transaction_id AS correlation_id, traceparent, data
    FROM first JOIN stored USING (event_id)
  ), ${appendToEventLog('accepted')}
  SELECT ord::int AS ord FROM accepted, woken`,
};

const KEEP_CONFLICT = `
  INSERT INTO spg_conflicting_notification (event_id, body_hash, body, transaction_id)
  VALUES ($1, sha256($2), $2, $3) ON CONFLICT DO NOTHING`;

/** The one way of a notification into the database. */
@Injectable()
export class NotificationStore {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns what became of each, in their order */
  async store(batch: readonly ReceivedNotification[], ownerPartyId: string): Promise<StoreOutcome[]> {
    const rows = await runPrepared<{ ord: number }>(
      this.dataSource,
      STORE,
      parametersOf(batch, ownerPartyId),
    );
    const accepted = new Set(rows.map(({ ord }) => ord - 1));
    const outcomes: StoreOutcome[] = batch.map((_, index) =>
      accepted.has(index) ? 'accepted' : 'duplicate',
    );
    if (accepted.size < batch.length) await this.compareRest(batch, outcomes);
    return outcomes;
  }

  /** An eventId that is taken: by the same notification, or by another? */
  private async compareRest(batch: readonly ReceivedNotification[], outcomes: StoreOutcome[]): Promise<void> {
    const rest = batch.flatMap((notification, index) =>
      outcomes[index] === 'duplicate' ? [{ notification, index }] : [],
    );
    const stored = await this.dataSource.query<{ event_id: string; body: Buffer }[]>(
      'SELECT event_id, body FROM spg_notification WHERE event_id = ANY($1::bigint[])',
      [rest.map(({ notification }) => notification.data.eventId)],
    );
    const bodies = new Map(stored.map(({ event_id, body }) => [event_id, body]));
    for (const { notification, index } of rest) {
      const { eventId } = notification.data;
      const body = bodies.get(eventId);
      // To answer that it is stored would be wrong.
      if (!body) throw new Error(`eventId ${eventId} was neither stored now nor before`);
      if (isSameBody(body, notification.original)) continue;
      await this.dataSource.query(KEEP_CONFLICT, [
        eventId,
        notification.original,
        notification.transactionId,
      ]);
      outcomes[index] = 'conflict';
    }
  }
}

/** The same bytes, or the same JSON written differently: a resend may have passed another serialiser. */
function isSameBody(one: Buffer, other: Buffer): boolean {
  return one.equals(other) || isDeepStrictEqual(parseJson(one), parseJson(other));
}

function parametersOf(batch: readonly ReceivedNotification[], ownerPartyId: string): unknown[] {
  let start = 1;
  const starts = batch.map(({ original }) => (start += original.length) - original.length);
  return [
    batch.map(({ data }) => data.eventId),
    batch.map(({ data }) => data.eventTimestamp),
    batch.map(({ data }) => data.notificationType),
    batch.map(({ data }) => data.wonum),
    batch.map(({ transactionId }) => transactionId),
    batch.map(({ repaired }) => repaired),
    Buffer.concat(batch.map(({ original }) => original)),
    starts,
    batch.map(({ original }) => original.length),
    batch.map(({ type }) => type),
    `[${batch.map(({ data }) => JSON.stringify(data)).join(',')}]`,
    ownerPartyId,
    batch.map(({ traceparent }) => traceparent),
  ];
}
