import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a durable consumer has come. Its row lock decides which replica runs the consumer. */
@Entity('event_cursor')
export class EventCursorEntity {
  @PrimaryColumn('text')
  consumer: string;

  /** The last position handled. */
  @Column('bigint', { default: 0 })
  position: string;

  /** Failed attempts at the one event after `position`. */
  @Column('integer', { default: 0 })
  attempts: number;

  @Column('text', { nullable: true })
  error: string | null;

  @Column('timestamptz', { name: 'retry_at', nullable: true })
  retryAt: Date | null;
}
