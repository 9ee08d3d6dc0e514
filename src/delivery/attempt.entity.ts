import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What one attempt at a notification came to. */
@Entity('delivery_attempt')
export class AttemptEntity {
  @PrimaryColumn('uuid', { name: 'notification_id' })
  notificationId: string;

  @PrimaryColumn('integer')
  number: number;

  @Column('timestamptz')
  at: Date;

  @Column('integer', { name: 'duration_ms' })
  durationMs: number;

  /** HTTP or SMTP status; null: there was no answer. */
  @Column('integer', { nullable: true })
  status: number | null;

  /** Why there was none. */
  @Column('text', { nullable: true })
  error: string | null;

  /** The first KiB of the answer. */
  @Column('text', { nullable: true })
  answer: string | null;
}
