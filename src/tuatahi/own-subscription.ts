import { type EntityManager, Not } from 'typeorm';
import type { Caller } from '../auth/caller';
import type { ChannelEntity } from '../delivery/channel.entity';
import { findChannel } from '../delivery/find-channels';
import { SubscriptionEntity } from './subscription.entity';
import { unknownChannel, unknownSubscription } from './tuatahi.problems';

interface Options {
  /** Keeps others from changing it until the transaction ends. */
  readonly lock?: boolean;
}

/** @throws unknownSubscription, also for another party's: not even that it exists is told */
export async function ownSubscription(
  tx: EntityManager,
  id: string,
  { partyId }: Caller,
  { lock = false }: Options = {},
): Promise<SubscriptionEntity> {
  const found = await tx.findOne(SubscriptionEntity, {
    where: { id, partyId, state: Not('deleted') },
    ...(lock && { lock: { mode: 'pessimistic_write' } }),
  });
  if (!found) throw unknownSubscription(`You have no subscription ${id}.`);
  return found;
}

/** @throws unknownSubscription, unknownChannel */
export async function ownChannel(
  tx: EntityManager,
  place: { readonly id: string; readonly channelId: string },
  caller: Caller,
  { lock = false }: Options = {},
): Promise<ChannelEntity> {
  const { id, channelId } = place;
  await ownSubscription(tx, id, caller, { lock });
  const channel = await findChannel(tx, { id: channelId, subscriptionId: id }, { lock });
  if (!channel) throw unknownChannel(`The subscription has no channel ${channelId}.`);
  return channel;
}
