import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { type Prepared, runPrepared } from '../database/prepared';
import { searchedText, textsIn } from '../database/text-search';
import { appendToEventLog } from '../events/append.sql';
import { currentTraceparent } from '../tracing/trace-context';
import type { MessageSource } from './message.entity';
import type { ReceivedMessage } from './receive-message';

/** `conflict`: its MessageId is taken by another message. */
export type StoreOutcome = 'accepted' | 'duplicate' | 'conflict';

/** How a message came, and the transaction id of what it causes. */
export interface Arrival {
  readonly source: MessageSource;
  readonly transactionId: string;
}

/**
 * Stores a message and appends its domain event: one statement, so one round trip and one commit.
 *
 * Guarantees: a MessageId is stored once and has one event, also when it comes twice at once: the second insert
 * waits for the first one's commit and then does nothing. Served by the primary key of `itas_message`.
 */
const STORE: Prepared = {
  name: 'itas-store',
  text: `
  WITH given AS (
    SELECT 1 AS ord, $1::uuid AS message_id, $2::bytea AS fingerprint, $3::text AS type, $4::text AS subject,
           $5::jsonb AS data, $6::text AS arrival, $7::text AS transaction_id, $8::bytea AS body,
           $9::boolean AS repaired, $10::text AS words
  ),
  stored AS (
    INSERT INTO itas_message (message_id, fingerprint, topic, origin_topic, tid, company_code, entity_id,
      entity_type, enqueued_at, source, transaction_id, data, body, repaired, search)
    SELECT message_id, fingerprint, data->>'topic', data->>'originTopic', data->>'tid', data->>'companyCode',
      data->>'entityId', data->>'entityType', (data->>'enqueuedAt')::timestamptz, arrival, transaction_id, data,
      body, repaired, to_tsvector('simple', words)
    FROM given
    ON CONFLICT (message_id) DO NOTHING
    RETURNING message_id
  ),
  accepted AS (
    SELECT ord, type, '/itas-events' AS source, subject, ARRAY[$11::text] AS party_ids,
           transaction_id AS correlation_id, $12::text AS traceparent, data
    FROM given JOIN stored USING (message_id)
  ), ${appendToEventLog('accepted')}
  SELECT ord FROM accepted, woken`,
};

const SAME = 'SELECT fingerprint = $2 AS same FROM itas_message WHERE message_id = $1';

/** The one way of a message into the log. */
@Injectable()
export class MessageStore {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @param tx of which it has to be the last statement; absent: it commits by itself */
  async store(message: ReceivedMessage, arrival: Arrival, tx?: EntityManager): Promise<StoreOutcome> {
    const { messageId } = message.data;
    const values = this.parametersOf(message, arrival);
    const rows = tx
      ? await tx.query<unknown[]>(STORE.text, values)
      : await runPrepared(this.dataSource, STORE, values);
    if (rows.length > 0) return 'accepted';
    const [stored] = await (tx ?? this.dataSource).query<{ same: boolean }[]>(SAME, [
      messageId,
      message.fingerprint,
    ]);
    return stored?.same ? 'duplicate' : 'conflict';
  }

  private parametersOf(message: ReceivedMessage, { source, transactionId }: Arrival): unknown[] {
    const { data, fingerprint, type, subject, original, repaired } = message;
    return [
      data.messageId,
      fingerprint,
      type,
      subject,
      JSON.stringify(data),
      source,
      transactionId,
      original,
      repaired,
      searchedText(textsIn(data.innerBody)),
      this.config.ownerPartyId,
      currentTraceparent() ?? null,
    ];
  }
}
