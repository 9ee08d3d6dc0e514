import { type EntityManager, In, Not } from 'typeorm';
import { ChannelEntity } from './channel.entity';

/** The channels of subscriptions in the order in which they were made; contacts are none. */
export function channelsOfSubscriptions(
  tx: EntityManager,
  subscriptionIds: readonly string[],
): Promise<ChannelEntity[]> {
  return tx.find(ChannelEntity, {
    where: { subscriptionId: In(subscriptionIds), kind: Not('contact') },
    order: { createdAt: 'ASC', id: 'ASC' },
  });
}

/** @param where besides its id: whose it has to be */
export function findChannel(
  tx: EntityManager,
  where: { readonly id: string; readonly subscriptionId?: string; readonly partyId?: string },
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<ChannelEntity | null> {
  return tx.findOne(ChannelEntity, {
    where: { ...where, kind: Not('contact') },
    ...(lock && { lock: { mode: 'for_no_key_update' } }),
  });
}

/** Any that delivers the same to the same as one of these would. By `delivery_channel_identity`. */
export function findSameChannel(
  tx: EntityManager,
  identities: readonly string[],
): Promise<ChannelEntity | null> {
  return tx.findOneBy(ChannelEntity, { identity: In(identities) });
}
