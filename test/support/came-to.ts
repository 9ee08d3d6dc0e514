import { ontActivation } from './source-events';
import type { Received, WebhookReceiver } from './webhook-receiver';

/** What came to a path of a receiver, in the order of the numbers, which have to be 1, 2, 3 and so on. */
export function cameTo({ received }: WebhookReceiver, path: string): Received[] {
  const came = received
    .filter((each) => each.path === `/${path}`)
    .toSorted((a, b) => Number(a.body.eventId) - Number(b.body.eventId));
  expect(came.map(({ body }) => body.eventId)).toEqual(came.map((_, index) => String(index + 1)));
  return came;
}

/** A source event that a test knows again when it comes. */
export function marked(mark: unknown, party: string, message?: object) {
  return ontActivation(message, { partyIds: [party], payload: { mark } });
}

/** The marks of the events that came to a path. */
export function marksAt(receiver: WebhookReceiver, path: string): unknown[] {
  return cameTo(receiver, path).map(({ body }) => (body.payload as { mark: unknown }).mark);
}
