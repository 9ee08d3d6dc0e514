import type { Gateway } from './gateway';
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
