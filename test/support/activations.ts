import { randomUUID } from 'node:crypto';
import type { Gateway } from './gateway';
import { type Answer, ask } from './http';

/** An event of type ONTActivation as it is published to us. */
export function activation(partyId: string, more: object = {}): object {
  return {
    id: randomUUID(),
    eventType: 'ONTActivation',
    eventTimestamp: '2026-08-03T21:15:00.123Z',
    partyIds: [partyId],
    message: { status: 'Success', error: false, orderID: 'ORD12345' },
    payload: { ontModel: 'G-010G-P', customer: 'Te Ātiawa o te Waka-a-Māui' },
    ...more,
  };
}

/** Publishes one event, or several at once. @throws when it is refused */
export async function publish(
  gateway: Pick<Gateway, 'url' | 'token'>,
  events: object | readonly object[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const authorization = `Bearer ${await gateway.token({ scope: 'events:publish' })}`;
  const answer = await ask(`${gateway.url}/tuatahi/events`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(events),
  });
  if (answer.status !== 202) throw new Error(`refused with ${answer.status}: ${answer.bytes.toString()}`);
  return answer;
}

/** Publishes so many at once, and queues what is to be delivered of them. */
export async function queueActivations(gateway: Gateway, partyId: string, count = 1): Promise<void> {
  await publish(
    gateway,
    Array.from({ length: count }, () => activation(partyId)),
  );
  await gateway.settle('fan-out');
}
