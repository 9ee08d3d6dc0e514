import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The event log: append only, in commit order. Read and written by SQL of its own (`event-log.ts`). */
@Entity('domain_event')
@Index('domain_event_by_id', ['id'])
@Index('domain_event_of_subscriptions', ['position'], { where: "type LIKE 'tuatahi.subscription.%'" })
export class DomainEventEntity {
  @PrimaryColumn('bigint')
  position: string;

  @Column('uuid', { default: () => 'karere_uuid_v7()' })
  id: string;

  @Column('text')
  type: string;

  @Column('text')
  source: string;

  @Column('text')
  subject: string;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  time: Date;

  @Column('text', { name: 'party_ids', array: true })
  partyIds: string[];

  @Column('text', { name: 'correlation_id', nullable: true })
  correlationId: string | null;

  @Column('text', { nullable: true })
  traceparent: string | null;

  @Column('jsonb')
  data: unknown;
}
