import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** opened: may still come late; confirmed: taken for lost; healed: has come. */
export const GAP_STATES = ['opened', 'confirmed', 'healed'] as const;
export type GapState = (typeof GAP_STATES)[number];

/** A range of eventIds that are missing, or were. Ranges never overlap. */
@Entity('spg_gap')
@Check('spg_gap_range', 'from_id <= to_id')
@Check('spg_gap_state', "state IN ('opened', 'confirmed', 'healed')")
@Index('spg_gap_to', ['to'])
@Index('spg_gap_unhealed', ['state', 'from'], { where: "state <> 'healed'" })
export class GapEntity {
  @PrimaryColumn('bigint', { name: 'from_id' })
  from: string;

  @Column('bigint', { name: 'to_id' })
  to: string;

  @Column('text')
  state: GapState;

  @Column('timestamptz', { name: 'opened_at' })
  openedAt: Date;

  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  confirmedAt: Date | null;

  @Column('timestamptz', { name: 'healed_at', nullable: true })
  healedAt: Date | null;

  @Column('text', { name: 'healed_by', nullable: true })
  healedBy: 'late' | 'replay' | null;

  @Column('integer', { name: 'replay_attempts', default: 0 })
  replayAttempts: number;

  /** When to ask for a replay (again); also the lease of the replica that is asking. */
  @Column('timestamptz', { name: 'replay_due_at', nullable: true })
  replayDueAt: Date | null;

  /** When a replay was first asked for. */
  @Column('timestamptz', { name: 'replay_requested_at', nullable: true })
  replayRequestedAt: Date | null;
}
