import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type ReplayState = 'running' | 'done' | 'cancelled';

/** Notifications that are delivered once more, on request. */
@Entity('delivery_replay')
@Check('delivery_replay_state', "state IN ('running', 'done', 'cancelled')")
@Index('delivery_replay_running', ['createdAt'], { where: "state = 'running'" })
export class ReplayEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text', { name: 'party_id' })
  partyId: string;

  /** As it was asked for, with the limit that was applied. */
  @Column('jsonb')
  request: object;

  @Column('text', { default: 'running' })
  state: ReplayState;

  /** How many it has. */
  @Column('integer')
  matched: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;
}
