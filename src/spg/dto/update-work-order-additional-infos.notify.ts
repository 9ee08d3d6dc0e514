import { ApiSchema } from '@nestjs/swagger';
import { Constant } from '../../fields/choice';
import { ListOf, Nested } from '../../fields/nested';
import { AdditionalInfo } from './additional-info';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { WorkOrderReference } from './work-order-reference';

/** A work order and the worklog entries that it got. */
class WorkOrderWithInfos extends WorkOrderReference {
  @ListOf(() => AdditionalInfo, { min: 1, description: 'The new entries' })
  additionalInfos: AdditionalInfo[];
}

class UpdateWorkOrderAdditionalInfosPayload extends NotificationPayload {
  @Constant('UpdateWorkOrderAdditionalInfosNotify', { description: 'Type of the notification' })
  eventType: 'UpdateWorkOrderAdditionalInfosNotify';

  @Nested(() => WorkOrderWithInfos, { description: 'The work order concerned' })
  workorder: WorkOrderWithInfos;
}

@ApiSchema({ description: 'Worklog entries have been added to the work order.' })
export class UpdateWorkOrderAdditionalInfosNotification extends NotificationEnvelope {
  @Nested(() => UpdateWorkOrderAdditionalInfosPayload, { description: 'The full content' })
  payload: UpdateWorkOrderAdditionalInfosPayload;
}
