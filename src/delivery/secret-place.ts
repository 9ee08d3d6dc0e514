/** Which of its secrets; the one before a rotation has the place of the one that followed it. */
export type ChannelSecret = 'password' | 'api-key' | 'secret';

/** The place that a secret of a channel is sealed for, and opens at: stored with it, so it can not be changed. */
export function placeOf(channelId: string, secret: ChannelSecret): string {
  return `${channelId} ${secret}`;
}
