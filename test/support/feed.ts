import { CloudEvent } from 'cloudevents';
import { type Answer, ask } from './http';

interface Server {
  readonly url: string;
  token(claims: { partyId: string; scope: string }): Promise<string>;
}

/** A CloudEvent as a reader gets it. */
export interface Item {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly position: string;
  readonly partyids: string;
  readonly [member: string]: unknown;
}

/** Asks for the event log as the owner, or as another party. */
export async function askFeed(server: Server, query: string, partyId = 'owner'): Promise<Answer> {
  const authorization = `Bearer ${await server.token({ partyId, scope: 'events:read' })}`;
  return ask(`${server.url}/domain-events${query}`, { headers: { authorization } });
}

/** What it answers; each event is one to the CloudEvents SDK. */
export async function readFeed(
  server: Server,
  query = '',
  partyId?: string,
): Promise<{ items: Item[]; next: string }> {
  const { status, body } = await askFeed(server, query, partyId);
  expect([status, Object.keys(body)]).toEqual([200, ['items', 'next']]);
  const { items, next } = body as { items: Item[]; next: string };
  for (const item of items) expectCloudEvent(item);
  return { items, next };
}

export function expectCloudEvent(item: object): void {
  expect(new CloudEvent(item).validate()).toBe(true);
}

export function subjectsOf(items: readonly Item[]): string[] {
  return items.map(({ subject }) => subject);
}
