import { ApiSchema } from '@nestjs/swagger';
import { Constant } from '../../fields/choice';
import { ListOf, Nested } from '../../fields/nested';
import { FileAttachment } from './file-attachment';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { TaskReference } from './task-reference';
import { WorkOrderReference } from './work-order-reference';

class TaskWithFiles extends TaskReference {
  @ListOf(() => FileAttachment, { min: 1, description: 'The new files' })
  fileAttachments: FileAttachment[];
}

/** A work order and its tasks that got files. */
class WorkOrderWithTaskFiles extends WorkOrderReference {
  @ListOf(() => TaskWithFiles, { min: 1, description: 'The tasks concerned' })
  tasks: TaskWithFiles[];
}

class UpdateTaskFileAttachmentsPayload extends NotificationPayload {
  @Constant('UpdateTaskFileAttachmentsNotify', { description: 'Type of the notification' })
  eventType: 'UpdateTaskFileAttachmentsNotify';

  @Nested(() => WorkOrderWithTaskFiles, { description: 'The work order concerned' })
  workorder: WorkOrderWithTaskFiles;
}

@ApiSchema({ description: 'Files have been added to a task.' })
export class UpdateTaskFileAttachmentsNotification extends NotificationEnvelope {
  @Nested(() => UpdateTaskFileAttachmentsPayload, { description: 'The full content' })
  payload: UpdateTaskFileAttachmentsPayload;
}
