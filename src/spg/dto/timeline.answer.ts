import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { NOTIFICATION_TYPES } from '../notification-types';
import { type TimelineEntry, WORK_ORDER_STATUSES, type WorkOrderStatus } from '../work-order';

/** One notification in the life of a work order, and what it did. */
class TimelineItem implements TimelineEntry {
  @ApiProperty({ description: 'The stored original is at `/spg/notifications/{eventId}`', example: '90210' })
  eventId: string;

  @ApiProperty({ format: 'date-time', example: '2026-08-03T21:15:00.000Z' })
  eventTimestamp: string;

  @ApiProperty({ enum: Object.keys(NOTIFICATION_TYPES) })
  notificationType: string;

  @ApiPropertyOptional({ example: 'Worklog entry added' })
  summary?: string;

  @ApiProperty({ enum: WORK_ORDER_STATUSES, description: 'The status after it' })
  status: WorkOrderStatus;

  @ApiPropertyOptional({
    type: [String],
    description: 'What did not fit the state of the work order; recorded, never refused',
    example: ['put on hold while it is on hold'],
  })
  anomalies?: string[];
}

/** Ascending by eventId, whatever the order of arrival. */
export class Timeline {
  @ApiProperty({ type: [TimelineItem] })
  readonly items: readonly TimelineItem[];

  constructor(items: readonly TimelineItem[]) {
    this.items = items;
  }
}
