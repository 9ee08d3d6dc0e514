import { request } from 'undici';
import { bytesOf, makeToken } from '../../support/make-token';
import { AUTH, type Subject } from '../subject';

/** Subscribes to all notifications of the Service Partner Gateway, by the API. */
export async function subscribe(subject: Subject, callbackUri: string): Promise<void> {
  const claims = { partyId: 'owner', iss: AUTH.issuer };
  const answer = await request(`${subject.url}/tuatahi/subscriptions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await makeToken({ claims, key: bytesOf(AUTH.secret) })}`,
    },
    body: JSON.stringify({
      eventType: 'SPWorkOrderNotification',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: { webhook: [{ callbackUri, errorStrategy: 'retry' }] },
    }),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 201)
    throw new Error(`the subscription was refused: ${answer.statusCode} ${text}`);
}
