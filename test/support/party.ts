import { activation } from './activations';
import { failToDeliver } from './failed';
import type { Gateway } from './gateway';
import { notificationsOf } from './queue';
import { Subscriber, type Subscription, subscriptionTo } from './subscriber';
import type { WebhookReceiver } from './webhook-receiver';

/** A party with one subscription, to activations, by webhook. */
export interface Party {
  readonly id: string;
  readonly subscriber: Subscriber;
  readonly subscription: Subscription;
}

let made = 0;

/** A party unlike all others. @param webhook besides its `callbackUri` */
export async function newParty(
  gateway: Gateway,
  receiver: Pick<WebhookReceiver, 'url'>,
  webhook: object = {},
): Promise<Party> {
  made += 1;
  const id = `party-${made}`;
  const subscriber = new Subscriber(gateway, id);
  const callbackUri = `${receiver.url}/${id}`;
  const notificationChannels = { webhook: [{ callbackUri, ...webhook }] };
  const subscription = await subscriber.subscribe(
    subscriptionTo(callbackUri, { eventType: 'ONTActivation', notificationChannels }),
  );
  return { id, subscriber, subscription };
}

/** … of which the delivery of so many events has failed. `ids` are in the order of their numbers. */
export async function partyWithFailures(
  gateway: Gateway,
  receiver: WebhookReceiver,
  count: number,
  webhook: object = {},
): Promise<Party & { readonly ids: readonly string[] }> {
  const party = await newParty(gateway, receiver, webhook);
  const events = Array.from({ length: count }, () => activation([party.id]));
  await failToDeliver(gateway, receiver, ...events);
  const all = await notificationsOf(gateway.dataSource, party.subscription);
  return { ...party, ids: all.map(({ id }) => id) };
}
