import type { Subject } from '../subject';
import { askFor } from './party-request';

/** Subscribes to all notifications of the Service Partner Gateway, by the API. */
export async function subscribe(subject: Subject, callbackUri: string): Promise<void> {
  await askFor(subject, {
    partyId: 'owner',
    path: '/subscriptions',
    body: {
      eventType: 'SPWorkOrderNotification',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: { webhook: [{ callbackUri, errorStrategy: 'retry' }] },
    },
  });
}
