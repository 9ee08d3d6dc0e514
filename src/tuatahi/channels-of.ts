import { createHash } from 'node:crypto';
import type { ChannelRequest } from '../delivery/channels.service';
import { filterHash } from './canonical-filter';
import type { SubscriptionRequest } from './subscription-rules.pipe';

/**
 * The channels that a request for a subscription asks for: each webhook is one, all addresses together are one,
 * and so are the contacts.
 */
export function channelsOf(
  { eventType, filters, contactEmails, notificationChannels: { email, webhook } }: SubscriptionRequest,
  partyId: string,
): ChannelRequest[] {
  const what = [partyId, eventType, filterHash(filters)];
  const emails = [...new Set((email ?? []).map(({ email: address }) => address))].toSorted();
  const webhooks = (webhook ?? []).map(({ callbackUri, errorStrategy, auth, apiKey, ratePerSecond }) => ({
    kind: 'webhook' as const,
    callbackUri,
    errorStrategy: errorStrategy ?? 'ignore',
    ...(auth && { username: auth.username, password: auth.password }),
    ...(apiKey != null && { apiKey }),
    ...(ratePerSecond != null && { ratePerSecond }),
    identity: identityOf(...what, 'webhook', new URL(callbackUri).href),
  }));
  return [
    ...webhooks,
    ...(emails.length > 0
      ? [{ kind: 'email' as const, emails, identity: identityOf(...what, 'email', ...emails) }]
      : []),
    { kind: 'contact', emails: [...new Set(contactEmails.map(({ email: address }) => address))] },
  ];
}

/** Equal for channels that would deliver the same to the same; stored, and unique while the subscription lives. */
function identityOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
