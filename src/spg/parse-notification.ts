import { check } from '../fields/check';
import type { InvalidField } from '../fields/invalid-field';
import { isJsonObject, type JsonObject } from '../fields/json-object';
import { openEnvelope } from '../fields/open-envelope';
import { UnopenedNotification } from './dto/notification-envelope';
import { InvalidContent, InvalidEnvelope } from './invalid-notification';
import {
  isNotificationType,
  NOTIFICATION_TYPES,
  type NotificationOf,
  type NotificationType,
} from './notification-types';

/**
 * A valid notification. `message` and `payload` are the parsed JSON as it was received: members that we do
 * not know are still there, and optional ones can also be null.
 */
export interface ParsedNotification<T extends NotificationType = NotificationType> {
  /** Digits without leading zeros. */
  readonly eventId: string;
  /** As received. */
  readonly eventTimestamp: string;
  readonly type: T;
  readonly wonum: string;
  readonly message: NotificationOf<T>['message'] & JsonObject;
  readonly payload: NotificationOf<T>['payload'] & JsonObject;
}

/**
 * Reads the body of `POST /notification`, in two stages: the envelope strictly, then the inside by the class
 * of its type.
 * @throws InvalidEnvelope, InvalidContent and nothing else, whatever JSON it is given
 */
export function parseNotification(body: unknown): ParsedNotification {
  const envelope = openEnvelope(UnopenedNotification, body, {
    envelope: InvalidEnvelope,
    content: InvalidContent,
  });
  const type = typeOf(envelope);
  const { message, payload } = openContent(envelope, type);
  return {
    eventId: BigInt(envelope.eventId).toString(),
    eventTimestamp: envelope.eventTimestamp,
    type,
    wonum: message.wonum,
    message,
    payload,
  };
}

function typeOf({ payload }: UnopenedNotification): NotificationType {
  const type = payload['eventType'];
  if (isNotificationType(type)) return type;
  const detail = `must be one of ${Object.keys(NOTIFICATION_TYPES).join(', ')}`;
  throw new InvalidContent([invalid('/payload/eventType', 'notificationType', detail)]);
}

function openContent(
  envelope: UnopenedNotification & JsonObject,
  type: NotificationType,
): Pick<ParsedNotification, 'message' | 'payload'> {
  const refused = [...contradictionsIn(envelope), ...check(NOTIFICATION_TYPES[type].envelope, envelope)];
  if (refused.length > 0) throw new InvalidContent(refused);
  return envelope as object as ParsedNotification;
}

/** The summary has to speak of the same thing as the payload. */
function contradictionsIn({ message, payload }: UnopenedNotification): InvalidField[] {
  const workorder = isJsonObject(payload['workorder']) ? payload['workorder'] : {};
  const found: InvalidField[] = [];
  if (differ(message['notificationType'], payload['eventType'])) {
    found.push(invalid('/message/notificationType', 'mirror', 'must be the same as /payload/eventType'));
  }
  if (differ(message['wonum'], workorder['wonum'])) {
    found.push(invalid('/message/wonum', 'mirror', 'must be the same as /payload/workorder/wonum'));
  }
  return found;
}

/** What is no text is refused by its class already. */
function differ(one: unknown, other: unknown): boolean {
  return typeof one === 'string' && typeof other === 'string' && one !== other;
}

function invalid(pointer: string, keyword: string, detail: string): InvalidField {
  return { pointer, keyword, detail };
}
