import { ApiSchema } from '@nestjs/swagger';
import { Constant } from '../../fields/choice';
import { DateTime } from '../../fields/date-time';
import { Nested } from '../../fields/nested';
import { Text } from '../../fields/text';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { WorkOrderReference } from './work-order-reference';

/** The end of a work order that was done. */
class Closure {
  @DateTime({ description: 'When it was closed' })
  closedDate: string;

  @Text({ min: 0, max: 100, optional: true, description: 'Result', example: 'Complete' })
  outcome?: string;

  @Text({
    min: 0,
    max: 5000,
    optional: true,
    description: 'Remark',
    example: 'Service live, test results accepted.',
  })
  note?: string;
}

/** A work order and how it ended. */
class ClosedWorkOrder extends WorkOrderReference {
  @Nested(() => Closure, { description: 'How it ended' })
  closure: Closure;
}

class CloseWorkOrderPayload extends NotificationPayload {
  @Constant('CloseWorkOrderNotify', { description: 'Type of the notification' })
  eventType: 'CloseWorkOrderNotify';

  @Nested(() => ClosedWorkOrder, { description: 'The work order concerned' })
  workorder: ClosedWorkOrder;
}

@ApiSchema({ description: 'TFF has closed the work order.' })
export class CloseWorkOrderNotification extends NotificationEnvelope {
  @Nested(() => CloseWorkOrderPayload, { description: 'The full content' })
  payload: CloseWorkOrderPayload;
}
