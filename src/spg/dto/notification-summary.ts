import { Identifier } from '../../fields/identifier';
import { Text } from '../../fields/text';
import { WorkOrderReference } from './work-order-reference';

/** `message`: a notification in brief. Flat, because the filters of subscriptions work on it. */
export class NotificationSummary extends WorkOrderReference {
  @Identifier({
    max: 100,
    description: 'Type of the notification, the same as `payload.eventType`',
    example: 'CreateWorkOrderNotify',
  })
  notificationType: string;

  @Identifier({ max: 50, optional: true, description: 'The task that it is about', example: '20' })
  taskid?: string;

  @Text({
    min: 0,
    max: 50,
    optional: true,
    description: 'New state of the work order or task',
    example: 'ASSIGNED',
  })
  status?: string;

  @Text({
    min: 0,
    max: 1000,
    optional: true,
    description: 'The notification in one line',
    example: 'New work order WO-1048576',
  })
  summary?: string;
}
