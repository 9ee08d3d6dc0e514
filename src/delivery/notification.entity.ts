import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type NotificationStatus = 'pending' | 'sent' | 'fail' | 'cancelled' | 'expired';

/**
 * One domain event for one channel (of an e-mail channel: for one of its addresses). The table is the queue: what is
 * pending has a partition of its own, and goes to that of its day when it is finished.
 */
@Entity('delivery_notification')
@Check('delivery_notification_status', "status IN ('pending', 'sent', 'fail', 'cancelled', 'expired')")
@Index('delivery_notification_due', ['endpoint', 'nextAttemptAt'], { where: "status = 'pending'" })
@Index('delivery_notification_of_subscription', ['subscriptionId', 'sequence'])
export class DeliveryNotificationEntity {
  /** Also the `webhook-id`, by which a receiver drops duplicates. */
  @PrimaryColumn('uuid', { default: () => 'karere_uuid_v7()' })
  id: string;

  @Column('uuid', { name: 'subscription_id' })
  subscriptionId: string;

  @Column('uuid', { name: 'channel_id' })
  channelId: string;

  @Column('text', { name: 'party_id' })
  partyId: string;

  /** Of the domain event. */
  @Column('bigint')
  position: string;

  /** The name under which it is delivered. */
  @Column('text', { name: 'event_type' })
  eventType: string;

  /** The `eventId` that the receiver sees: gapless within the subscription. Null: a notice outside the sequence. */
  @Column('bigint', { nullable: true })
  sequence: string | null;

  @Column({ type: 'text', collation: 'C' })
  endpoint: string;

  @Column('text')
  target: string;

  /** Decides in which partition it lies. */
  @PrimaryColumn('text')
  status: NotificationStatus;

  /** All that were made; but one that has failed while it was cancelled is neither counted nor logged. */
  @Column('integer', { default: 0 })
  attempts: number;

  /** Those that use up the retry schedule. */
  @Column('integer', { name: 'counted_attempts', default: 0 })
  countedAttempts: number;

  /** Null: it is finished. */
  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt: Date | null;

  /** A receiver that asks for time is given a day from then on. */
  @Column('timestamptz', { name: 'first_attempt_at', nullable: true })
  firstAttemptAt: Date | null;

  /** Who is delivering it: an outcome is written only by the claim that holds it. */
  @Column('uuid', { name: 'claim_id', nullable: true })
  claimId: string | null;

  /** With a claim: when others may take it, should the process that claimed it have died. */
  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;

  @Column('text', { name: 'transaction_id', nullable: true })
  transactionId: string | null;

  @Column('uuid', { name: 'replay_id', nullable: true })
  replayId: string | null;

  /** What it tells, when it tells of no domain event (and has position 0). */
  @Column('jsonb', { nullable: true })
  note: object | null;
}
