import type { EventMap } from '../events/event-map';
import type { SpgNotificationEventType } from '../events/spg.events';
import { storableJson } from '../events/storable';
import { currentTraceparent } from '../tracing/trace-context';
import { NOTIFICATION_TYPES } from './notification-types';
import { parseNotification } from './parse-notification';

/** A valid notification on its way into the log. */
export interface ReceivedNotification {
  readonly type: SpgNotificationEventType;
  /** Data of the domain event that it becomes. */
  readonly data: EventMap[SpgNotificationEventType];
  /** The bytes as they came. */
  readonly original: Buffer;
  /** Whether `data` differ from the original in text that PostgreSQL can't hold. */
  readonly repaired: boolean;
  readonly transactionId: string;
  /** Of the request, when it is part of a trace; it is stored with what others have sent. */
  readonly traceparent: string | undefined;
}

/**
 * Makes of a body what will be stored of it.
 * @throws InvalidEnvelope, InvalidContent
 */
export function receiveNotification(
  body: unknown,
  original: Buffer,
  transactionId: string,
): ReceivedNotification {
  const { value, repaired } = storableJson(body, original);
  const {
    eventId,
    eventTimestamp,
    type: notificationType,
    wonum,
    message,
    payload,
  } = parseNotification(value);
  return {
    type: NOTIFICATION_TYPES[notificationType].event,
    data: {
      eventId,
      eventTimestamp,
      notificationType,
      wonum,
      message,
      payload,
    } as EventMap[SpgNotificationEventType],
    original,
    repaired,
    transactionId,
    traceparent: currentTraceparent(),
  };
}
