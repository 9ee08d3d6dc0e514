/** `data` of the events about a channel, from the columns of its row: as `channel-event.ts` has it. */
export const CHANNEL_DATA = `
  jsonb_build_object('subscriptionId', subscription_id, 'channelId', id, 'partyId', party_id, 'kind', kind,
    'target', coalesce(callback_uri, array_to_string(emails, ', ')))`;
