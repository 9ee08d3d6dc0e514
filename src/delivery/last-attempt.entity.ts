import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: when anything was last attempted, to the minute (`last-attempt.ts`). */
@Entity('delivery_last_attempt')
@Check('delivery_last_attempt_single', 'single')
export class LastAttemptEntity {
  @PrimaryColumn('boolean', { default: true })
  single: boolean;

  @Column('timestamptz')
  at: Date;
}
