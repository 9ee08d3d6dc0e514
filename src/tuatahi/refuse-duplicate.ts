import type { EntityManager } from 'typeorm';
import type { ChannelRequest } from '../delivery/channels.service';
import { findSameChannel } from '../delivery/find-channels';
import { duplicateSubscription } from './tuatahi.problems';

/**
 * A party that asked for the same twice would get each event twice. Requests of a party come one after the other
 * (`SubscriptionCreation` holds its lock), and `delivery_channel_identity` stands behind it.
 * @throws duplicateSubscription
 */
export async function refuseDuplicate(tx: EntityManager, channels: readonly ChannelRequest[]): Promise<void> {
  const identities = channels.flatMap((channel) => (channel.kind === 'contact' ? [] : [channel.identity]));
  const same = await findSameChannel(tx, identities);
  if (!same) return;
  throw duplicateSubscription(
    `Your subscription ${same.subscriptionId} sends the same events to the same place already. ` +
      'Extend it with PATCH if it has expired, or delete it first.',
  );
}
