import { ApiSchema } from '@nestjs/swagger';
import { Constant } from '../../fields/choice';
import { ListOf, Nested } from '../../fields/nested';
import { AdditionalInfo } from './additional-info';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { TaskReference } from './task-reference';
import { WorkOrderReference } from './work-order-reference';

class TaskWithInfos extends TaskReference {
  @ListOf(() => AdditionalInfo, { min: 1, description: 'The new entries' })
  additionalInfos: AdditionalInfo[];
}

/** A work order and its tasks that got worklog entries. */
class WorkOrderWithTaskInfos extends WorkOrderReference {
  @ListOf(() => TaskWithInfos, { min: 1, description: 'The tasks concerned' })
  tasks: TaskWithInfos[];
}

class UpdateTaskAdditionalInfosPayload extends NotificationPayload {
  @Constant('UpdateTaskAdditionalInfosNotify', { description: 'Type of the notification' })
  eventType: 'UpdateTaskAdditionalInfosNotify';

  @Nested(() => WorkOrderWithTaskInfos, {
    description: 'A work order and its tasks that got worklog entries',
  })
  workorder: WorkOrderWithTaskInfos;
}

@ApiSchema({ description: 'Worklog entries have been added to a task.' })
export class UpdateTaskAdditionalInfosNotification extends NotificationEnvelope {
  @Nested(() => UpdateTaskAdditionalInfosPayload, { description: 'The full content' })
  payload: UpdateTaskAdditionalInfosPayload;
}
