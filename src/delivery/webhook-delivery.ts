import type { EventView } from '../events/event-catalogue';
import type { OpenedSecrets } from './channel-secrets';
import type { Outgoing } from './outgoing';
import { signatureHeaders } from './signature';

/** What is posted to a webhook. */
interface WebhookDelivery {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The body that the Notifications Management API prescribes; `eventId` is the subscription's own number. */
function webhookBody({ sequence, event_type: eventType }: Outgoing, view: EventView): string {
  const { eventTimestamp, message, payload } = view;
  // What is outside the sequence says where that is.
  const eventId = sequence ?? message['head'];
  return JSON.stringify({ eventId, eventTimestamp, eventType, message, payload });
}

/** Body and headers of one attempt, signed now. */
export function webhookDelivery(
  outgoing: Outgoing,
  view: EventView,
  secrets: OpenedSecrets,
  now: Date,
): WebhookDelivery {
  const body = webhookBody(outgoing, view);
  const { id, transaction_id: transactionId, replay_id: replayId, traceparent, username } = outgoing;
  const { apiKey, password, signing } = secrets;
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Karere',
      ...(transactionId !== null && { 'x-transaction-id': transactionId }),
      ...(traceparent !== null && { traceparent }),
      ...(replayId !== null && { 'x-karere-replay-id': replayId }),
      ...(outgoing.sample && { 'x-karere-sample': 'true' }),
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
      ...(username !== null && { authorization: basic(username, password ?? '') }),
      ...signatureHeaders({ id, timestamp: now, body, secrets: signing }),
    },
  };
}

/** RFC 7617, in UTF-8. */
function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
