import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One notification of the Service Partner Gateway, as it came. Written by `store-notifications.ts`. */
@Entity('spg_notification')
@Index('spg_notification_of_work_order', ['wonum', 'eventId'])
export class NotificationEntity {
  @PrimaryColumn('bigint', { name: 'event_id' })
  eventId: string;

  @Column('timestamptz', { name: 'event_timestamp' })
  eventTimestamp: Date;

  @Column('text', { name: 'notification_type' })
  notificationType: string;

  @Column('text')
  wonum: string;

  @Column('text', { name: 'transaction_id' })
  transactionId: string;

  /** The bytes as received. */
  @Column('bytea')
  body: Buffer;

  /** Whether the text had characters that PostgreSQL can't hold, so that the event's data differ from `body`. */
  @Column('boolean')
  repaired: boolean;

  @Column('timestamptz', { name: 'received_at', default: () => 'clock_timestamp()' })
  receivedAt: Date;
}
