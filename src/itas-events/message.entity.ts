import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { EventMap } from '../events/event-map';
import type { ItasMessageEventType } from '../events/itas.events';

/** How a message came. */
export type MessageSource = 'mailbox' | 'push';

/** A message of ITAS that was understood. Written by `message-store.ts`. */
@Entity('itas_message')
@Check('itas_message_source', "source IN ('mailbox', 'push')")
@Index('itas_message_time', ['enqueuedAt', 'messageId'])
@Index('itas_message_topic', ['topic', 'enqueuedAt', 'messageId'])
@Index('itas_message_origin', ['originTopic', 'enqueuedAt', 'messageId'], {
  where: 'origin_topic IS NOT NULL',
})
@Index('itas_message_tid', ['tid', 'enqueuedAt', 'messageId'])
@Index('itas_message_entity', ['entityId', 'enqueuedAt', 'messageId'], { where: 'entity_id IS NOT NULL' })
@Index('itas_message_entity_type', ['entityType', 'enqueuedAt', 'messageId'], {
  where: 'entity_type IS NOT NULL',
})
@Index('itas_message_search', { synchronize: false })
@Index('itas_message_received', { synchronize: false })
export class MessageEntity {
  @PrimaryColumn('uuid', { name: 'message_id' })
  messageId: string;

  /** The same message has the same, however often it comes (`fingerprint.ts`). */
  @Column('bytea')
  fingerprint: Buffer;

  @Column('text')
  topic: string;

  @Column('text', { name: 'origin_topic', nullable: true })
  originTopic: string | null;

  @Column('text')
  tid: string;

  @Column('text', { name: 'company_code' })
  companyCode: string;

  @Column('text', { name: 'entity_id', nullable: true })
  entityId: string | null;

  @Column('text', { name: 'entity_type', nullable: true })
  entityType: string | null;

  /** To the millisecond, since it is a part of cursors. */
  @Column('timestamptz', { name: 'enqueued_at' })
  enqueuedAt: Date;

  @Column('text')
  source: MessageSource;

  @Column('text', { name: 'transaction_id' })
  transactionId: string;

  /** Data of the domain event that it became. */
  @Column('jsonb')
  data: EventMap[ItasMessageEventType];

  /** The bytes as received. */
  @Column('bytea')
  body: Buffer;

  /** Whether the text had characters that PostgreSQL can't hold, so that `data` differ from `body`. */
  @Column('boolean')
  repaired: boolean;

  @Column('timestamptz', { name: 'received_at', default: () => 'clock_timestamp()' })
  receivedAt: Date;

  @Column('tsvector', { select: false })
  search: string;
}
