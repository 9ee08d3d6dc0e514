import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { appendToEventLog } from '../events/append.sql';
import { currentTraceparent } from '../tracing/trace-context';
import { storableText } from '../events/storable';
import { fingerprintOf } from './fingerprint';
import type { Arrival } from './message-store';

/** A message that could not be taken in. */
export interface Undeliverable extends Arrival {
  readonly messageId: string;
  /** The bytes as they came. */
  readonly original: Buffer;
  readonly error: string;
  readonly attempts: number;
}

/**
 * Keeps a message that could not be taken in, and states that: one statement. The same message again only
 * counts, so that one that comes once more before it was confirmed is neither kept nor stated twice. Served by
 * `itas_dead_letter_once`.
 */
const KEEP = `
  WITH kept AS (
    INSERT INTO itas_dead_letter AS known (message_id, fingerprint, source, transaction_id, body, error, attempts)
    VALUES ($1::uuid, $2::bytea, $3::text, $4::text, $5::bytea, $6::text, $7::integer)
    ON CONFLICT ON CONSTRAINT itas_dead_letter_once
    DO UPDATE SET attempts = known.attempts + excluded.attempts
    RETURNING id, xmax = 0 AS fresh
  ),
  stated AS (
    SELECT 1 AS ord, 'itas.message.dead-lettered' AS type, '/itas-events' AS source, $1::text AS subject,
           ARRAY[$8::text] AS party_ids, $4::text AS correlation_id, $9::text AS traceparent,
           jsonb_build_object('deadLetterId', id::text, 'messageId', $1::text, 'source', $3::text,
             'error', $6::text, 'attempts', $7::integer) AS data
    FROM kept WHERE fresh
  ), ${appendToEventLog('stated')}
  SELECT id FROM kept LEFT JOIN woken ON true`;

@Injectable()
export class DeadLetterStore {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @returns the id under which it is kept */
  async keep({
    messageId,
    original,
    source,
    transactionId,
    error,
    attempts,
  }: Undeliverable): Promise<string> {
    const [row] = await this.dataSource.query<{ id: string }[]>(KEEP, [
      messageId,
      fingerprintOf(original),
      source,
      transactionId,
      original,
      shortError(error),
      attempts,
      this.config.ownerPartyId,
      currentTraceparent() ?? null,
    ]);
    if (!row) throw new Error('a dead letter has an id');
    return row.id;
  }
}

/** Kept in the database and shown by the API, so it is short and can be stored. */
export function shortError(error: string): string {
  return storableText(error.slice(0, 1000));
}
