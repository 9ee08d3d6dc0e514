import type { EventMap } from '../events/event-map';
import type { ChannelEntity } from './channel.entity';

/** `data` of the events about a channel. `channel-data.sql.ts` says the same in SQL. */
export function channelData(channel: ChannelEntity): EventMap['tuatahi.channel.recovered'] {
  const { id, subscriptionId, partyId, kind, callbackUri, emails } = channel;
  return {
    subscriptionId,
    channelId: id,
    partyId,
    kind: kind === 'webhook' ? 'webhook' : 'email',
    target: callbackUri ?? emails.join(', '),
  };
}
