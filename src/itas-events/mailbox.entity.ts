import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A mailbox at an ITAS server, and which of our replicas polls it. */
@Entity('itas_mailbox')
export class MailboxEntity {
  /** Address of the server: the same name elsewhere is another mailbox. */
  @PrimaryColumn('text')
  server: string;

  @PrimaryColumn('text')
  name: string;

  /** The poller that has it, until `heldUntil` (`mailbox-lease.ts`). */
  @Column('uuid', { nullable: true })
  holder: string | null;

  @Column('timestamptz', { name: 'held_until', nullable: true })
  heldUntil: Date | null;

  /** What ITAS calls it; null: not registered yet. */
  @Column('text', { name: 'subscriber_id', nullable: true })
  subscriberId: string | null;

  /** What it is subscribed to: company and topic, `GF 3-10`. */
  @Column('text', { array: true, default: [] })
  subscriptions: string[];

  /** The message that the last attempt has failed at. */
  @Column('uuid', { name: 'failing_message_id', nullable: true })
  failingMessageId: string | null;

  @Column('integer', { name: 'failed_attempts', default: 0 })
  failedAttempts: number;

  /** When ITAS last answered a poll. */
  @Column('timestamptz', { name: 'polled_at', nullable: true })
  polledAt: Date | null;

  /** Messages in the mailbox; null where ITAS does not tell. */
  @Column('integer', { nullable: true })
  waiting: number | null;

  /** How old the last message was when it was taken; 0 with an empty mailbox. */
  @Column('bigint', { name: 'lag_ms', nullable: true })
  lagMs: string | null;

  /** Since then nothing has come through; null: all is well. */
  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince: Date | null;

  @Column('text', { nullable: true })
  error: string | null;
}
