import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { WorkOrderEntity } from '../work-order.entity';
import { WORK_ORDER_STATUSES, type WorkOrderStatus } from '../work-order';

/** A work order in a list. */
export class WorkOrderSummary {
  @ApiProperty({ example: 'WO-1048576' })
  readonly wonum: string;

  @ApiProperty({ enum: WORK_ORDER_STATUSES, description: 'UNKNOWN: what creates it has not come (yet)' })
  readonly status: WorkOrderStatus;

  @ApiProperty({ description: 'Its CreateWorkOrderNotify has not come (yet)', example: false })
  readonly incomplete: boolean;

  @ApiPropertyOptional({ example: 'New fibre connection, single dwelling' })
  readonly description?: string;

  @ApiPropertyOptional({ example: 'INSTALL' })
  readonly worktype?: string;

  @ApiPropertyOptional({ description: '0 is the highest, 4 the lowest', example: 2 })
  readonly priority?: number;

  @ApiProperty({ description: 'Notifications that did not fit its state; the timeline tells', example: 0 })
  readonly anomalies: number;

  @ApiProperty({ description: 'The highest eventId about it', example: '90210' })
  readonly lastEventId: string;

  @ApiProperty({ format: 'date-time', description: 'When the newest notification about it was taken in' })
  readonly changedAt: string;

  constructor({ state, changedAt }: WorkOrderEntity) {
    const { wonum, status, incomplete, description, worktype, priority, timeline, lastEventId } = state;
    this.wonum = wonum;
    this.status = status;
    this.incomplete = incomplete;
    if (description !== undefined) this.description = description;
    if (worktype !== undefined) this.worktype = worktype;
    if (priority !== undefined) this.priority = priority;
    this.anomalies = timeline.reduce((sum, entry) => sum + (entry.anomalies?.length ?? 0), 0);
    this.lastEventId = lastEventId;
    this.changedAt = changedAt.toISOString();
  }
}

export class WorkOrderPage {
  @ApiProperty({ type: [WorkOrderSummary] })
  items: WorkOrderSummary[];

  @ApiPropertyOptional({ description: 'Send it as `cursor` for the next page; absent on the last' })
  nextCursor?: string;
}
