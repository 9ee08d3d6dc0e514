import type { DomainEvent } from '../events/domain-event';
import type { SpgNotificationEventType } from '../events/spg.events';
import { NOTIFICATION_TYPES } from './notification-types';

/** The domain event that a notification became. */
export type NotificationEvent = DomainEvent<SpgNotificationEventType>;

const TYPES = new Set<string>(Object.values(NOTIFICATION_TYPES).map(({ event }) => event));

export function isNotificationEvent(event: DomainEvent): event is NotificationEvent {
  return TYPES.has(event.type);
}
