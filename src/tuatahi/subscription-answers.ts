import type { EntityManager } from 'typeorm';
import type { ChannelEntity } from '../delivery/channel.entity';
import { channelsOfSubscriptions } from '../delivery/find-channels';
import { SubscriptionAnswer } from './dto/subscription.answer';
import type { SubscriptionEntity } from './subscription.entity';

/** Subscriptions with their channels, in their order. */
export async function subscriptionAnswers(
  tx: EntityManager,
  subscriptions: readonly SubscriptionEntity[],
): Promise<SubscriptionAnswer[]> {
  const channels = new Map<string, ChannelEntity[]>(subscriptions.map(({ id }) => [id, []]));
  for (const channel of await channelsOfSubscriptions(tx, [...channels.keys()])) {
    channels.get(channel.subscriptionId)?.push(channel);
  }
  return subscriptions.map((each) => new SubscriptionAnswer(each, channels.get(each.id) ?? []));
}

export async function subscriptionAnswer(
  tx: EntityManager,
  subscription: SubscriptionEntity,
): Promise<SubscriptionAnswer> {
  return new SubscriptionAnswer(subscription, await channelsOfSubscriptions(tx, [subscription.id]));
}
