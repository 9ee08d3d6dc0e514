import { ApiSchema } from '@nestjs/swagger';
import { Constant } from '../../fields/choice';
import { DateTime } from '../../fields/date-time';
import { Identifier } from '../../fields/identifier';
import { Nested } from '../../fields/nested';
import { Text } from '../../fields/text';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { WorkOrderReference } from './work-order-reference';

/** Why a work order is not to be done. */
class Cancellation {
  @DateTime({ description: 'When it was cancelled' })
  cancelledDate: string;

  @Identifier({ max: 100, optional: true, description: 'Why, as a code', example: 'CUSTOMER-WITHDREW' })
  reasonCode?: string;

  @Text({
    min: 0,
    max: 5000,
    optional: true,
    description: 'Why, in words',
    example: 'Customer chose another date.',
  })
  reason?: string;
}

/** A work order that is not to be done any more. */
class CancelledWorkOrder extends WorkOrderReference {
  @Nested(() => Cancellation, { description: 'Why, and since when' })
  cancellation: Cancellation;
}

class CancelWorkOrderPayload extends NotificationPayload {
  @Constant('CancelWorkOrderNotify', { description: 'Type of the notification' })
  eventType: 'CancelWorkOrderNotify';

  @Nested(() => CancelledWorkOrder, { description: 'The work order concerned' })
  workorder: CancelledWorkOrder;
}

@ApiSchema({ description: 'TFF has cancelled the work order.' })
export class CancelWorkOrderNotification extends NotificationEnvelope {
  @Nested(() => CancelWorkOrderPayload, { description: 'The full content' })
  payload: CancelWorkOrderPayload;
}
