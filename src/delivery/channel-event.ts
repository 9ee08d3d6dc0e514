import type { NewEvent } from '../events/domain-event';
import type { EventMap } from '../events/event-map';
import type { ChannelEntity } from './channel.entity';

type ChannelEventType = 'tuatahi.channel.failing' | 'tuatahi.channel.disabled' | 'tuatahi.channel.recovered';

/** What is stated of a channel. */
export function channelEvent<T extends ChannelEventType>(
  type: T,
  channel: ChannelEntity,
  correlationId: string | null,
) {
  return {
    type,
    source: '/tuatahi',
    subject: channel.id,
    partyIds: [channel.partyId],
    correlationId,
    data: channelData(channel),
  } satisfies Omit<NewEvent<'tuatahi.channel.recovered'>, 'type'> & { type: T };
}

/** `data` of such an event. `channel-data.sql.ts` says the same in SQL; but for contacts, of which nothing is stated. */
function channelData(channel: ChannelEntity): EventMap['tuatahi.channel.recovered'] {
  const { id, subscriptionId, partyId, kind, callbackUri, emails } = channel;
  return {
    subscriptionId,
    channelId: id,
    partyId,
    kind: kind === 'webhook' ? 'webhook' : 'email',
    target: callbackUri ?? emails.join(', '),
  };
}
