import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** `contact`: who is told about the subscription itself, outside its sequence and its ledger. */
export type ChannelKind = 'webhook' | 'email' | 'contact';
/** What is done about a notification that failed: one attempt (`ignore`), or the schedule (`retry`). */
export type ErrorStrategy = 'ignore' | 'retry';

/** One webhook, or one list of e-mail addresses, of a subscription. Secrets are sealed (`secret-box.ts`). */
@Entity('delivery_channel')
@Unique('delivery_channel_identity', ['identity'])
@Check('delivery_channel_kind', "kind IN ('webhook', 'email', 'contact')")
@Check('delivery_channel_state', "state IN ('enabled', 'disabled')")
@Index('delivery_channel_of_subscription', ['subscriptionId'])
@Index('delivery_channel_paced', ['endpoint'], { where: 'rate_per_second IS NOT NULL' })
@Index('delivery_channel_failing', ['failingSince'], { where: 'failing_since IS NOT NULL' })
export class ChannelEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'subscription_id' })
  subscriptionId: string;

  @Column('text', { name: 'party_id' })
  partyId: string;

  @Column('text')
  kind: ChannelKind;

  /** Whose slots its deliveries take (`endpoint-name.ts`). */
  @Column({ type: 'text', collation: 'C' })
  endpoint: string;

  @Column('text', { name: 'callback_uri', nullable: true })
  callbackUri: string | null;

  @Column('text', { array: true })
  emails: string[];

  @Column('text', { name: 'error_strategy' })
  errorStrategy: ErrorStrategy;

  @Column('text', { nullable: true })
  username: string | null;

  @Column('text', { name: 'sealed_password', nullable: true })
  sealedPassword: string | null;

  @Column('text', { name: 'sealed_api_key', nullable: true })
  sealedApiKey: string | null;

  @Column('text', { name: 'sealed_secret', nullable: true })
  sealedSecret: string | null;

  @Column('text', { name: 'sealed_previous_secret', nullable: true })
  sealedPreviousSecret: string | null;

  /** Until then deliveries are signed with both secrets. */
  @Column('timestamptz', { name: 'previous_secret_until', nullable: true })
  previousSecretUntil: Date | null;

  @Column('integer', { name: 'rate_per_second', nullable: true })
  ratePerSecond: number | null;

  /** Up to when the deliveries taken so far use up the rate. */
  @Column('timestamptz', { name: 'paced_until', nullable: true })
  pacedUntil: Date | null;

  /** Party, type, filters and target: no two live channels are the same. Null: its subscription has ended. */
  @Column('text', { nullable: true })
  identity: string | null;

  @Column('text', { default: 'enabled' })
  state: 'enabled' | 'disabled';

  /** Its subscription is: nothing is delivered until it is revived. */
  @Column('boolean', { default: false })
  expired: boolean;

  /** Of the first of the failures that no success has followed. */
  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince: Date | null;

  /** How far on the way to being disabled its owner was told: 0, 50, 70, 90. */
  @Column('integer', { name: 'warned_percent', default: 0 })
  warnedPercent: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date;
}
