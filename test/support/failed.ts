import { activation } from './activations';
import type { Gateway } from './gateway';
import { newParty, type Party } from './party';
import { notificationsOf } from './queue';
import { publish } from './source-events';
import type { WebhookReceiver } from './webhook-receiver';

/**
 * Publishes events and lets their delivery fail for good, in a way that does not speak against the receiver and so
 * opens no circuit breaker. From then on it answers 200 again, and has forgotten them.
 */
export async function failToDeliver(
  gateway: Gateway,
  receiver: WebhookReceiver,
  ...events: readonly object[]
): Promise<void> {
  if (events.length === 0) return;
  receiver.answer(404);
  await publish(gateway, ...events);
  await gateway.settle('fan-out');
  await gateway.deliver();
  receiver.reset();
}

/** A party of which the delivery of so many events has failed. */
export interface PartyWithFailures extends Party {
  /** Of its notifications, in the order of their numbers. */
  readonly ids: readonly string[];
}

/** @param webhook besides its `callbackUri` */
export async function partyWithFailures(
  gateway: Gateway,
  receiver: WebhookReceiver,
  count: number,
  webhook: object = {},
): Promise<PartyWithFailures> {
  const party = await newParty(gateway, { callbackUri: `${receiver.url}/hook`, ...webhook });
  const events = Array.from({ length: count }, () => activation([party.id]));
  await failToDeliver(gateway, receiver, ...events);
  const all = await notificationsOf(gateway.dataSource, party.subscription);
  return { ...party, ids: all.map(({ id }) => id) };
}
