import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { MessageSource } from './message.entity';

/** `taken-in`: it could be stored after all. */
export const DEAD_LETTER_STATES = ['open', 'taken-in', 'discarded'] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

/** A message of ITAS that could not be taken in, kept for a person to look at. */
@Entity('itas_dead_letter')
@Unique('itas_dead_letter_once', ['messageId', 'fingerprint'])
@Check('itas_dead_letter_source', "source IN ('mailbox', 'push')")
@Check('itas_dead_letter_state', "state IN ('open', 'taken-in', 'discarded')")
@Index('itas_dead_letter_by_state', ['state', 'id'])
export class DeadLetterEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: string;

  @Column('uuid', { name: 'message_id' })
  messageId: string;

  /** The same message is kept once, however often it comes. */
  @Column('bytea')
  fingerprint: Buffer;

  @Column('text')
  source: MessageSource;

  @Column('text', { name: 'transaction_id' })
  transactionId: string;

  /** The bytes as received. */
  @Column('bytea')
  body: Buffer;

  /** Why the last attempt failed. */
  @Column('text')
  error: string;

  @Column('integer')
  attempts: number;

  @Column('text', { default: 'open' })
  state: DeadLetterState;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt: Date | null;

  /** Client that has retried or discarded it. */
  @Column('text', { name: 'closed_by', nullable: true })
  closedBy: string | null;

  /** Why it was discarded. */
  @Column('text', { nullable: true })
  reason: string | null;
}
