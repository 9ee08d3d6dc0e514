import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { WorkOrder, WorkOrderStatus } from './work-order';

/** What is known of a work order: the fold of its notifications, and the columns that lists look for. */
@Entity('spg_work_order')
@Index('spg_work_order_changed', ['changedAt', 'wonum'])
@Index('spg_work_order_by_status', ['status', 'changedAt', 'wonum'])
@Index('spg_work_order_search', { synchronize: false })
export class WorkOrderEntity {
  @PrimaryColumn('text')
  wonum: string;

  @Column('text')
  status: WorkOrderStatus;

  /** Its CreateWorkOrderNotify has not come (yet). */
  @Column('boolean')
  incomplete: boolean;

  @Column('bigint', { name: 'last_event_id' })
  lastEventId: string;

  /** When the log took in the newest notification about it. */
  @Column('timestamptz', { name: 'changed_at' })
  changedAt: Date;

  @Column('jsonb')
  state: WorkOrder;

  @Column('tsvector', { select: false })
  search: string;
}
