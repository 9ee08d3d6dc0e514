import { request } from 'undici';
import { SPG_KEY } from './gateway';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  /** The members of a JSON object; none when the body is something else. */
  readonly body: Readonly<Record<string, unknown>>;
}

interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'OPTIONS';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What has an address and gives out bearer tokens: a gateway, or a part of one. */
interface Server {
  readonly url: string;
  token(claims: { scope: string }): Promise<string>;
}

export async function ask(url: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  const answer = await request(url, { method, headers, ...(body !== undefined && { body }) });
  const bytes = Buffer.from(await answer.body.bytes());
  return { status: answer.statusCode, headers: answer.headers, bytes, body: membersOf(bytes) };
}

/** Asks with a bearer token that has all scopes, or only those given. */
export async function read(
  server: Server,
  path: string,
  { scope = 'spg:read events:admin', ...asked }: Asked & { scope?: string } = {},
): Promise<Answer> {
  const authorization = `Bearer ${await server.token({ scope })}`;
  return ask(`${server.url}${path}`, { ...asked, headers: { authorization, ...asked.headers } });
}

/** Sends a notification as the Service Partner Gateway does: an object, or its text or bytes. */
export function send(
  { url }: Pick<Server, 'url'>,
  notification: object | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return ask(`${url}/spg/notification`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': SPG_KEY, ...headers },
    body:
      typeof notification === 'string' || Buffer.isBuffer(notification)
        ? notification
        : JSON.stringify(notification),
  });
}

function membersOf(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
