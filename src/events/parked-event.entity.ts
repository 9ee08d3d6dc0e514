import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** An event that one consumer could not handle, set aside so that nothing behind it waits. */
@Entity('parked_event')
@Unique('parked_event_once', ['consumer', 'position'])
export class ParkedEventEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: string;

  @Column('text')
  consumer: string;

  @Column('bigint')
  position: string;

  @Column('text')
  type: string;

  @Column('text')
  error: string;

  @Column('integer')
  attempts: number;

  @Column('timestamptz', { name: 'parked_at', default: () => 'now()' })
  parkedAt: Date;
}
