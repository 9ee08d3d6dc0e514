import { headOf } from './events';
import { eventually } from './eventually';
import type { Item } from './feed';
import { type Gateway, type GatewayOptions, startGateway } from './gateway';
import { type Answer, ask } from './http';
import { ISSUER, makeToken, SECRET } from './make-token';
import { metricOf } from './metrics';
import { StreamReader } from './stream-reader';

const OPEN = 'karere_feed_readers{way="stream"}';
const GIVEN = 'karere_feed_events_total{way="stream"}';

interface Asked {
  /** Of the token, where they are otherwise than those of the owner. */
  readonly claims?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Takes nothing of what is sent until this resolves. */
  readonly begin?: Promise<void>;
}

/** A gateway with issuer and secret of `makeToken`. */
export async function startGatewayOfMakeToken(options: GatewayOptions = {}): Promise<Gateway> {
  const env = { AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: ISSUER, ...options.env };
  const gateway = await startGateway({ ...options, env });
  return { ...gateway, token: (claims) => makeToken({ claims: { ...claims } }) };
}

/** The streams of a gateway that a test has opened. */
export class Streams {
  private readonly opened: StreamReader[] = [];

  constructor(private readonly gateway: Pick<Gateway, 'url'>) {}

  get url(): string {
    return `${this.gateway.url}/domain-events/stream`;
  }

  bearer(claims: object = {}): Promise<string> {
    return makeToken({ claims: { partyId: 'owner', scope: 'events:read', ...claims } }).then(
      (token) => `Bearer ${token}`,
    );
  }

  async open(query = '', { claims, headers, begin }: Asked = {}): Promise<StreamReader> {
    const authorization = await this.bearer(claims);
    const reader = await StreamReader.open(this.url + query, { authorization, ...headers }, begin);
    this.opened.push(reader);
    if (reader.status !== 200) throw new Error(`the stream was refused: ${reader.status}`);
    return reader;
  }

  /** Asks for one that is not to be. */
  async refused(query: string, { claims, headers }: Asked = {}): Promise<Answer> {
    return ask(this.url + query, { headers: { authorization: await this.bearer(claims), ...headers } });
  }

  /** Of all that were ever opened. */
  async given(): Promise<number> {
    return (await metricOf(this.gateway, GIVEN)) ?? NaN;
  }

  async untilOpen(count: number): Promise<void> {
    await eventually(
      `${count} are open`,
      () => metricOf(this.gateway, OPEN),
      (seen) => seen === count,
    );
  }

  async cutAll(): Promise<void> {
    for (const reader of this.opened.splice(0)) await reader.cut();
    await this.untilOpen(0);
  }
}

/** The head, as `after` of what is to come. */
export async function now(gateway: Gateway): Promise<string> {
  return String(await headOf(gateway));
}

export function positionsOf(items: readonly Item[]): number[] {
  return items.map(({ position }) => Number(position));
}

/** So many numbers, from the first on. */
export function upFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => first + n);
}
