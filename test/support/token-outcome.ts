import type { Gateway } from './gateway';
import { type Answer, ask } from './http';

export const NOT_VALID = '401 The bearer token is not valid.';

const SLUGS: Readonly<Record<number, string>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  503: 'unavailable',
};

/** What becomes of a request with this token: neither the answer nor the logs may hold the token. */
export async function outcome(gateway: Gateway, token: string): Promise<string> {
  const answer = await askWith(gateway, `Bearer ${token}`);
  const signature = token.split('.')[2];
  for (const secret of [token, ...(signature ? [signature] : [])]) {
    expect(JSON.stringify(answer.headers) + answer.bytes.toString()).not.toContain(secret);
    expect(JSON.stringify(gateway.logs)).not.toContain(secret);
  }
  return outcomeOf(answer);
}

export function askWith(gateway: Gateway, authorization: string): Promise<Answer> {
  return ask(`${gateway.url}/spg/gaps`, { headers: { authorization } });
}

/** Status, and the detail of the problem if it is one. */
export function outcomeOf({ status, headers, body }: Answer): string {
  if (status === 200) return '200';
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(body).toMatchObject({ status, type: `urn:problem-type:karere:${SLUGS[status] ?? '?'}` });
  return `${status} ${String(body['detail'])}`;
}
