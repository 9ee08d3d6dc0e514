import { randomUUID } from 'node:crypto';
import type { Gateway } from './gateway';
import { ask } from './http';

/** A source event that is good as it stands; `more` puts in what a test wants to be otherwise. */
export function ontActivation(message: object = { status: 'Success', error: false }, more: object = {}) {
  return {
    id: randomUUID(),
    eventType: 'ONTActivation',
    eventTimestamp: '2026-08-03T21:15:00.123Z',
    partyIds: ['owner'],
    message,
    payload: {},
    ...more,
  };
}

/** Publishes events in one request, in their order. @throws unless each is accepted */
export async function publish(
  gateway: Pick<Gateway, 'url' | 'token'>,
  ...events: readonly object[]
): Promise<void> {
  const token = await gateway.token({ scope: 'events:publish' });
  const { status, bytes } = await ask(`${gateway.url}/tuatahi/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  const answers = JSON.parse(bytes.toString()) as { status: string }[];
  if (status !== 202 || answers.some((answer) => answer.status !== 'accepted')) {
    throw new Error(`not accepted: ${status} ${bytes.toString()}`);
  }
}
