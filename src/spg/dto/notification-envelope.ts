import { AnyObject } from '../../fields/any-object';
import { Constant } from '../../fields/choice';
import { Digits } from '../../fields/digits';
import { Nested } from '../../fields/nested';
import { Timestamp } from '../../fields/timestamp';
import { NotificationSummary } from './notification-summary';

/** What is around every notification (SPG Notifications v1.2.8, request body schema). */
abstract class EnvelopeHead {
  @Digits({
    description:
      'Number of the event in the stream of all SPWorkOrderNotification events. Each is one higher than the ' +
      'one before; a gap means that a message was lost. Leading zeros do not count.',
    example: '90210',
  })
  eventId: string;

  @Timestamp({ description: 'When SPG made the event, UTC' })
  eventTimestamp: string;

  @Constant('SPWorkOrderNotification', { description: 'The subscribed event type' })
  eventType: 'SPWorkOrderNotification';
}

/** An envelope of which the inside was not looked at yet. */
export class UnopenedNotification extends EnvelopeHead {
  @AnyObject({ description: 'The notification in brief' })
  message: Record<string, unknown>;

  @AnyObject({ description: 'The full content' })
  payload: Record<string, unknown>;
}

/** An envelope with its summary; each type of notification adds its payload. */
export abstract class NotificationEnvelope extends EnvelopeHead {
  @Nested(() => NotificationSummary, { description: 'The notification in brief' })
  message: NotificationSummary;
}
