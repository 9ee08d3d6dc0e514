import { ApiSchema } from '@nestjs/swagger';
import { Constant } from '../../fields/choice';
import { DateTime } from '../../fields/date-time';
import { Nested } from '../../fields/nested';
import { Text } from '../../fields/text';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { WorkOrderReference } from './work-order-reference';

/** The end of a hold. */
class Resumption {
  @DateTime({ description: 'Since when work may go on' })
  resumedDate: string;

  @Text({ min: 0, max: 5000, optional: true, description: 'Remark', example: 'Consent received.' })
  note?: string;
}

/** A work order that goes on as before the hold. */
class ResumedWorkOrder extends WorkOrderReference {
  @Nested(() => Resumption, { description: 'The end of the hold' })
  resume: Resumption;
}

class ResumeWorkOrderPayload extends NotificationPayload {
  @Constant('ResumeWorkOrderNotify', { description: 'Type of the notification' })
  eventType: 'ResumeWorkOrderNotify';

  @Nested(() => ResumedWorkOrder, { description: 'The work order concerned' })
  workorder: ResumedWorkOrder;
}

@ApiSchema({ description: 'The work order is no longer on hold.' })
export class ResumeWorkOrderNotification extends NotificationEnvelope {
  @Nested(() => ResumeWorkOrderPayload, { description: 'The full content' })
  payload: ResumeWorkOrderPayload;
}
