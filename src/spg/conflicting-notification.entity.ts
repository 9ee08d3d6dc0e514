import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A notification refused because its eventId is taken by another body; kept for inspection. */
@Entity('spg_conflicting_notification')
export class ConflictingNotificationEntity {
  @PrimaryColumn('bigint', { name: 'event_id' })
  eventId: string;

  /** SHA-256: the same conflict sent again is kept once. */
  @PrimaryColumn('bytea', { name: 'body_hash' })
  bodyHash: Buffer;

  @Column('bytea')
  body: Buffer;

  @Column('text', { name: 'transaction_id' })
  transactionId: string;

  @Column('timestamptz', { name: 'received_at', default: () => 'clock_timestamp()' })
  receivedAt: Date;
}
