import { ApiSchema } from '@nestjs/swagger';
import { Constant } from '../../fields/choice';
import { ListOf, Nested } from '../../fields/nested';
import { NameValue } from './name-value';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { WorkOrderReference } from './work-order-reference';

/** A work order and the references that it got. */
class WorkOrderWithReferences extends WorkOrderReference {
  @ListOf(() => NameValue, { min: 1, description: 'They replace those of the same name' })
  supplementaryReferences: NameValue[];
}

class UpdateWorkOrderSupplementaryReferencesPayload extends NotificationPayload {
  @Constant('UpdateWorkOrderSupplementaryReferencesNotify', { description: 'Type of the notification' })
  eventType: 'UpdateWorkOrderSupplementaryReferencesNotify';

  @Nested(() => WorkOrderWithReferences, { description: 'The work order concerned' })
  workorder: WorkOrderWithReferences;
}

@ApiSchema({
  description: 'References, such as a purchase order number, have been attached to the work order.',
})
export class UpdateWorkOrderSupplementaryReferencesNotification extends NotificationEnvelope {
  @Nested(() => UpdateWorkOrderSupplementaryReferencesPayload, { description: 'The full content' })
  payload: UpdateWorkOrderSupplementaryReferencesPayload;
}
