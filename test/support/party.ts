import { randomUUID } from 'node:crypto';
import type { Gateway } from './gateway';
import { onlyWebhook, Subscriber, type Subscription, type WebhookChannel } from './subscriber';

/** One that nobody else in a test is, with a webhook for what concerns it. */
export interface Party {
  readonly id: string;
  readonly subscriber: Subscriber;
  readonly subscription: Subscription;
  readonly channel: WebhookChannel;
  /** By which its deliveries are signed. */
  readonly secret: string;
}

export async function newParty(
  gateway: Pick<Gateway, 'url' | 'token'>,
  webhook: { readonly callbackUri: string; readonly [member: string]: unknown },
  more: object = {},
): Promise<Party> {
  const id = `party-${randomUUID()}`;
  const subscriber = new Subscriber(gateway, id);
  const subscription = await subscriber.subscribe({
    eventType: 'ONTActivation',
    contactEmails: [{ email: 'contact@example.co.nz' }],
    notificationChannels: { webhook: [webhook] },
    ...more,
  });
  const channel = onlyWebhook(subscription);
  return { id, subscriber, subscription, channel, secret: channel.secret ?? '' };
}
