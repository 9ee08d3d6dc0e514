import { request } from 'undici';
import { bytesOf, makeToken } from '../../support/make-token';
import { AUTH, type Subject } from '../subject';

interface PartyRequest {
  readonly partyId: string;
  readonly scope?: string;
  readonly path: string;
  /** POST with it, or GET without. */
  readonly body?: object;
}

/** Asks the Notifications Management API for a party. @throws Error when it is refused */
export async function askFor<T>(
  { url }: Subject,
  { partyId, scope = '', path, body }: PartyRequest,
): Promise<T> {
  const claims = { partyId, scope, iss: AUTH.issuer };
  const answer = await request(`${url}/tuatahi${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await makeToken({ claims, key: bytesOf(AUTH.secret) })}`,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${path} was refused: ${answer.statusCode} ${text}`);
  return JSON.parse(text) as T;
}
