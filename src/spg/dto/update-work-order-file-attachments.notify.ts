import { ApiSchema } from '@nestjs/swagger';
import { Constant } from '../../fields/choice';
import { ListOf, Nested } from '../../fields/nested';
import { FileAttachment } from './file-attachment';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { WorkOrderReference } from './work-order-reference';

/** A work order and the files that it got. */
class WorkOrderWithFiles extends WorkOrderReference {
  @ListOf(() => FileAttachment, { min: 1, description: 'The new files' })
  fileAttachments: FileAttachment[];
}

class UpdateWorkOrderFileAttachmentsPayload extends NotificationPayload {
  @Constant('UpdateWorkOrderFileAttachmentsNotify', { description: 'Type of the notification' })
  eventType: 'UpdateWorkOrderFileAttachmentsNotify';

  @Nested(() => WorkOrderWithFiles, { description: 'The work order concerned' })
  workorder: WorkOrderWithFiles;
}

@ApiSchema({ description: 'Files have been added to the work order.' })
export class UpdateWorkOrderFileAttachmentsNotification extends NotificationEnvelope {
  @Nested(() => UpdateWorkOrderFileAttachmentsPayload, { description: 'The full content' })
  payload: UpdateWorkOrderFileAttachmentsPayload;
}
