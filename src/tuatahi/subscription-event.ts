import type { NewEvent } from '../events/domain-event';
import type { SubscriptionEntity } from './subscription.entity';

type SubscriptionEventType =
  | 'tuatahi.subscription.created'
  | 'tuatahi.subscription.extended'
  | 'tuatahi.subscription.expiring'
  | 'tuatahi.subscription.expired'
  | 'tuatahi.subscription.deleted';

/** What is stated of a subscription. */
export function subscriptionEvent<T extends SubscriptionEventType>(
  type: T,
  { id, partyId, eventType, expiresAt }: SubscriptionEntity,
  correlationId: string | null,
) {
  return {
    type,
    source: '/tuatahi',
    subject: id,
    partyIds: [partyId],
    correlationId,
    data: { subscriptionId: id, partyId, eventType, expiresAt: expiresAt.toISOString() },
  } satisfies Omit<NewEvent<'tuatahi.subscription.created'>, 'type'> & { type: T };
}
