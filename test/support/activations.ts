import type { Gateway } from './gateway';
import { ontActivation, publish } from './source-events';

/** An event that concerns these parties. */
export function activation(partyIds: readonly string[], more: object = {}) {
  return ontActivation(undefined, { partyIds, ...more });
}

/** Publishes so many at once, and queues what is to be delivered of them. */
export async function queueActivations(gateway: Gateway, partyId: string, count = 1): Promise<void> {
  await publish(gateway, ...Array.from({ length: count }, () => activation([partyId])));
  await gateway.settle('fan-out');
}
