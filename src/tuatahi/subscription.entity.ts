import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A party's wish to receive one type of event. */
@Entity('tuatahi_subscription')
@Check('tuatahi_subscription_state', "state IN ('active', 'expired', 'deleted')")
@Index('tuatahi_subscription_of_party', ['partyId', 'createdAt', 'id'])
@Index('tuatahi_subscription_expiry', ['expiresAt'], { where: "state = 'active'" })
export class SubscriptionEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text', { name: 'party_id' })
  partyId: string;

  @Column('text', { name: 'client_id' })
  clientId: string;

  @Column('text')
  organisation: string;

  @Column('text', { name: 'event_type' })
  eventType: string;

  /** As given. */
  @Column('jsonb', { nullable: true })
  filters: Record<string, unknown> | null;

  @Column('text', { name: 'contact_emails', array: true })
  contactEmails: string[];

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('text', { name: 'expires_on' })
  expiresOn: string;

  @Column('text', { default: 'active' })
  state: 'active' | 'expired' | 'deleted';

  /** The last number given to a notification. */
  @Column('bigint', { default: 0 })
  sequence: string;

  /** Days before the end at which the contacts were warned, of this end. */
  @Column('integer', { name: 'warned_days', array: true, default: () => "'{}'" })
  warnedDays: number[];

  /** When it was last given a number. */
  @Column('timestamptz', { name: 'matched_at', nullable: true })
  matchedAt: Date | null;

  /** When its receivers were last told where they should be. */
  @Column('timestamptz', { name: 'checkpoint_at', nullable: true })
  checkpointAt: Date | null;

  /** The number after which nothing was matched for a while, since it had expired: of the last such time. */
  @Column('bigint', { name: 'unmatched_after', nullable: true })
  unmatchedAfter: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date;
}
