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

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date;
}
