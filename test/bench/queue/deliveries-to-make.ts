import { randomUUID } from 'node:crypto';
import { EVENT_ID_PLACE, TEMPLATES, WONUM_PLACE } from '../load/notification-bodies';
import type { QueueOrder } from './queue-order';

/** What a job of another queue holds: all that its delivery needs but the secret. */
export interface DeliveryJob {
  /** The `webhook-id`. */
  readonly id: string;
  readonly url: string;
  readonly body: object;
}

/** Bodies as Karere delivers them: the same types, the same sizes. */
export function bodyOf(number: number): string {
  return (TEMPLATES[number % TEMPLATES.length] ?? '')
    .replace(EVENT_ID_PLACE, String(number + 1))
    .replaceAll(WONUM_PLACE, `WO-${String(number).padStart(12, '0')}`);
}

/** The deliveries of a turn as jobs, so many at a time. */
export function* jobsInChunks({ deliveries, origins }: QueueOrder, chunk: number): Generator<DeliveryJob[]> {
  for (let first = 0; first < deliveries; first += chunk) {
    yield Array.from({ length: Math.min(chunk, deliveries - first) }, (_, n) => ({
      id: randomUUID(),
      url: `${origins[(first + n) % origins.length]}/hook`,
      body: JSON.parse(bodyOf(first + n)) as object,
    }));
  }
}
