import type { Subject } from '../subject';
import { askFor } from './party-request';

/** Subscribes to all notifications of the Service Partner Gateway, by the API: one subscription, so many webhooks. */
export async function subscribe(subject: Subject, ...callbackUris: readonly string[]): Promise<void> {
  await askFor(subject, {
    partyId: 'owner',
    path: '/subscriptions',
    body: {
      eventType: 'SPWorkOrderNotification',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: {
        webhook: callbackUris.map((callbackUri) => ({ callbackUri, errorStrategy: 'retry' })),
      },
    },
  });
}
