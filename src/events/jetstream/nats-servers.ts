/** How a client proves to a NATS server who it is. */
type NatsCredentials =
  | { readonly user: string; readonly password: string }
  | { readonly token: string }
  /** A file of `nsc`, with a JWT and the seed of its key. Read at each connection, so it can be replaced. */
  | { readonly credsFile: string };

/** The servers of a NATS cluster, as `NATS_URL` names them. */
export interface NatsServers {
  /** `host:port`, without credentials. Any one will do. */
  readonly servers: readonly string[];
  readonly tls: boolean;
  /** From the first URL that has some: all of a cluster take the same. */
  readonly credentials: NatsCredentials | undefined;
}

const DEFAULT_PORT = '4222';

/**
 * Reads a comma separated list such as `nats://user:password@one:4222,nats://two:4222`. What stands before an `@`
 * without a colon is a token.
 * @throws Error that says what is wrong, without what was given: it may hold a secret
 */
export function parseNatsUrl(text: string): NatsServers {
  const urls = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(toUrl);
  const protocols = new Set(urls.map(({ protocol }) => protocol));
  if (urls.length === 0) throw new Error('must name at least one server');
  if (protocols.size > 1) throw new Error('must be all nats:// or all tls://');
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port === '' ? DEFAULT_PORT : port}`),
    tls: protocols.has('tls:'),
    credentials: urls.map(credentialsOf).find((credentials) => credentials !== undefined),
  };
}

function toUrl(part: string): URL {
  const url = URL.canParse(part) ? new URL(part) : undefined;
  if (!url || !/^(nats|tls):$/.test(url.protocol) || url.hostname === '' || !isBare(url)) {
    throw new Error('must be URLs such as nats://host:4222 or tls://host:4222, separated by commas');
  }
  return url;
}

/** Nothing behind host and port, which would have no effect. */
function isBare({ pathname, search, hash }: URL): boolean {
  return /^\/?$/.test(pathname) && search === '' && hash === '';
}

function credentialsOf({ username, password }: URL): NatsCredentials | undefined {
  if (username === '') return undefined;
  return password === ''
    ? { token: decodeURIComponent(username) }
    : { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}
