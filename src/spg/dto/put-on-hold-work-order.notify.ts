import { ApiSchema } from '@nestjs/swagger';
import { Constant } from '../../fields/choice';
import { DateTime } from '../../fields/date-time';
import { Identifier } from '../../fields/identifier';
import { Nested } from '../../fields/nested';
import { Text } from '../../fields/text';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { WorkOrderReference } from './work-order-reference';

/** Why, and how long, nothing is to be done. */
class Hold {
  @Identifier({ max: 100, description: 'Why, as a code', example: 'CONSENT-PENDING' })
  reasonCode: string;

  @Text({
    min: 0,
    max: 5000,
    optional: true,
    description: 'Why, in words',
    example: 'Waiting for the body corporate.',
  })
  reason?: string;

  @DateTime({ description: 'Since when' })
  heldDate: string;

  @DateTime({ optional: true, description: 'Until when, as far as is known' })
  expectedResumeDate?: string;
}

/** A work order and why it is on hold. */
class HeldWorkOrder extends WorkOrderReference {
  @Nested(() => Hold, { description: 'Why, and since when' })
  hold: Hold;
}

class PutOnHoldWorkOrderPayload extends NotificationPayload {
  @Constant('PutOnHoldWorkOrderNotify', { description: 'Type of the notification' })
  eventType: 'PutOnHoldWorkOrderNotify';

  @Nested(() => HeldWorkOrder, { description: 'The work order concerned' })
  workorder: HeldWorkOrder;
}

@ApiSchema({ description: 'TFF has put the work order on hold.' })
export class PutOnHoldWorkOrderNotification extends NotificationEnvelope {
  @Nested(() => PutOnHoldWorkOrderPayload, { description: 'The full content' })
  payload: PutOnHoldWorkOrderPayload;
}
