import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: the last position given out. Its row lock is what puts positions in commit order. */
@Entity('event_log_head')
@Check('event_log_head_single', 'single')
export class EventLogHeadEntity {
  @PrimaryColumn('boolean', { default: true })
  single: boolean;

  @Column('bigint')
  position: string;
}
