import { ApiProperty, ApiPropertyOptional, IntersectionType, OmitType, PartialType } from '@nestjs/swagger';
import type { WorkOrderEntity } from '../work-order.entity';
import {
  type Task as KnownTask,
  WORK_ORDER_STATUSES,
  type WorkOrder,
  type WorkOrderStatus,
} from '../work-order';
import { AdditionalInfo } from './additional-info';
import { ClosedTask } from './close-task.notify';
import { AssignedWorkOrder } from './create-work-order.notify';
import { FileAttachment } from './file-attachment';
import { NameValue } from './name-value';
import { Task } from './task';

/** Where a fact comes from. */
class Stated {
  @ApiProperty({ description: 'The notification that stated it', example: '90210' })
  eventId: string;
}

class StatedInfo extends IntersectionType(AdditionalInfo, Stated) {}

class StatedReference extends IntersectionType(NameValue, Stated) {}

/** Without the content, which is in the stored original. */
class StatedFile extends IntersectionType(OmitType(FileAttachment, ['content']), Stated) {}

class StatedClosure extends IntersectionType(OmitType(ClosedTask, ['taskid']), Stated) {}

class TaskAnswer extends OmitType(Task, ['additionalInfos', 'fileAttachments']) {
  @ApiProperty({ type: [StatedInfo] })
  additionalInfos: KnownTask['additionalInfos'];

  @ApiProperty({ type: [StatedFile] })
  fileAttachments: KnownTask['fileAttachments'];

  @ApiPropertyOptional({ type: StatedClosure, description: 'Absent: it is open' })
  closure?: KnownTask['closure'];
}

const LISTS = ['status', 'supplementaryReferences', 'additionalInfos', 'fileAttachments', 'tasks'] as const;

/** All that is known of a work order. What creates it may not have come yet, so most of it can be absent. */
export class WorkOrderAnswer extends PartialType(OmitType(AssignedWorkOrder, LISTS)) {
  @ApiProperty({ enum: WORK_ORDER_STATUSES, description: 'UNKNOWN: what creates it has not come (yet)' })
  status: WorkOrderStatus;

  @ApiPropertyOptional({ enum: WORK_ORDER_STATUSES, description: 'What a resume goes back to' })
  statusBeforeHold?: WorkOrderStatus;

  @ApiProperty({ description: 'Its CreateWorkOrderNotify has not come (yet)', example: false })
  incomplete: boolean;

  @ApiProperty({ description: 'The highest eventId about it', example: '90210' })
  lastEventId: string;

  @ApiProperty({ type: [StatedReference] })
  supplementaryReferences: WorkOrder['supplementaryReferences'];

  @ApiProperty({ type: [StatedInfo] })
  additionalInfos: WorkOrder['additionalInfos'];

  @ApiProperty({ type: [StatedFile] })
  fileAttachments: WorkOrder['fileAttachments'];

  @ApiProperty({ type: [TaskAnswer] })
  tasks: WorkOrder['tasks'];

  @ApiProperty({ format: 'date-time', description: 'When the newest notification about it was taken in' })
  changedAt: string;

  constructor({ state, changedAt }: WorkOrderEntity) {
    super();
    const { timeline: _timeline, wonum, status, incomplete, ...known } = state;
    Object.assign(this, { wonum, status, incomplete }, known);
    this.changedAt = changedAt.toISOString();
  }
}
