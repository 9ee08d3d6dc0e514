import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: when a replica last began to look whether the ledger adds up. */
@Entity('tuatahi_ledger_look')
@Check('tuatahi_ledger_look_single', 'single')
export class LedgerLookEntity {
  @PrimaryColumn('boolean', { default: true })
  single: boolean;

  @Column('timestamptz', { name: 'begun_at' })
  begunAt: Date;
}
