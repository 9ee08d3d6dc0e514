import { exampleOf } from '../../src/spg/dto/examples';
import type { NotificationType } from '../../src/spg/notification-types';

type Json = Record<string, unknown>;

/** A good notification as plain JSON, for a test to change. */
export function notification(type: NotificationType, options?: Parameters<typeof exampleOf>[1]): Json {
  return JSON.parse(JSON.stringify(exampleOf(type, options))) as Json;
}

/** Puts a value at a JSON pointer, or takes the member away when the value is undefined. */
export function put(body: Json, pointer: string, value: unknown): Json {
  const steps = pointer.split('/').slice(1);
  const last = steps.pop() ?? '';
  const parent = steps.reduce<Json>((place, step) => place[step] as Json, body);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return body;
}
