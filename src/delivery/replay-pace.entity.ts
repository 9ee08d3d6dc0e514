import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: up to when the notifications that replays have queued use up their rate (`replay-pace.ts`). */
@Entity('delivery_replay_pace')
@Check('delivery_replay_pace_single', 'single')
export class ReplayPaceEntity {
  @PrimaryColumn('boolean', { default: true })
  single: boolean;

  @Column('timestamptz')
  until: Date;
}
