import { randomUUID } from 'node:crypto';
import { exampleOf } from '../../src/itas-events/dto/examples';
import type { Tid } from '../../src/itas-events/templates';
import { type Answer, ask } from './http';
import { put } from './notification';

type Json = Record<string, unknown>;

/** Where a message's inner body is. */
export const INNER = '/MessageBody/InnerBody';

/** A good message with an id of its own, changed at JSON pointers. */
export function itasMessage(tid: Tid, changes: Readonly<Record<string, unknown>> = {}): Json {
  const message = JSON.parse(JSON.stringify(exampleOf(tid, randomUUID()))) as Json;
  for (const [pointer, value] of Object.entries(changes)) put(message, pointer, value);
  return message;
}

/** The change that gives a message these additional parameters, and no others. */
export function parameters(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const list = Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
  return { [`${INNER}/AdditionalParameters`]: list };
}

interface Server {
  readonly url: string;
  token(claims: { scope: string }): Promise<string>;
}

/** Hands a message on to a gateway, as a relay does: an object, or its text or bytes. */
export async function push(
  { url, token }: Server,
  message: object | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const authorization = `Bearer ${await token({ scope: 'itas:publish' })}`;
  return ask(`${url}/itas-events/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization, ...headers },
    body: typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
  });
}
