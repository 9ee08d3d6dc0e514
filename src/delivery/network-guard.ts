import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { buildConnector } from 'undici';
import type { AddressPolicy } from './address-policy';

const askSystem = promisify(systemLookup);

/** All addresses of a name, in the order in which they are to be tried. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** By the system: `/etc/hosts`, search domains and all. */
const resolveBySystem: Resolve = (hostname) => askSystem(hostname, { all: true });

/** A host that a webhook must not go to. Says nothing about what lies behind the name. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

interface ConnectOptions {
  /** Name resolution, TCP and TLS together. */
  readonly timeoutMs: number;
  /** Certificates (PEM) to trust in the place of those that Node knows. */
  readonly ca?: readonly string[];
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * Keeps connections away from addresses that the policy refuses. It stands where the connection is made:
 * what it has checked is what the socket gets, so a name that answers differently the next time it is asked
 * (DNS rebinding) gains nothing. Redirects and proxies are not its matter; the sender uses neither.
 */
export class NetworkGuard {
  private readonly asked = new Map<string, Promise<readonly LookupAddress[]>>();

  constructor(
    private readonly policy: AddressPolicy,
    private readonly resolve: Resolve = resolveBySystem,
  ) {}

  /** For undici: how connections are made. */
  connector({ timeoutMs, ca }: ConnectOptions): buildConnector.connector {
    const connect = buildConnector({
      timeout: timeoutMs,
      lookup: this.lookup,
      ...(ca && { ca: [...ca] }),
    });
    return (target, callback) => {
      // Node looks up names only: an address in the URL has to be checked here.
      if (isIP(target.hostname) > 0 && this.policy.refusalOf(target.hostname) !== undefined) {
        process.nextTick(callback, new RefusedAddress(`${target.hostname} is not allowed`), null);
        return;
      }
      connect(target, callback);
    };
  }

  /**
   * In the place of `dns.lookup`. Of several addresses only the good ones are handed on: many names have a
   * private IPv6 address beside a public IPv4 one. With none left the name is refused.
   */
  readonly lookup = (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    void this.goodAddresses(hostname, options.family).then(
      (addresses) =>
        options.all ? callback(null, addresses) : callback(null, addresses[0].address, addresses[0].family),
      (error: Error) => callback(error, []),
    );
  };

  private async goodAddresses(
    hostname: string,
    family: LookupOptions['family'],
  ): Promise<[LookupAddress, ...LookupAddress[]]> {
    const answer = await this.ask(hostname);
    const usable = answer.filter((each) => (family !== 4 && family !== 6 ? true : each.family === family));
    if (usable.length === 0) throw Object.assign(new Error('The name has no address'), { code: 'ENOTFOUND' });
    const [first, ...others] = usable.filter(({ address }) => this.policy.refusalOf(address) === undefined);
    if (!first) throw new RefusedAddress(`${hostname} points to no address that is allowed`);
    return [first, ...others];
  }

  /**
   * Asks once for all who want the same name at the same time: the system resolves on the few threads of
   * libuv's pool, and names that do not answer would otherwise hold all of them.
   */
  private ask(hostname: string): Promise<readonly LookupAddress[]> {
    const running = this.asked.get(hostname);
    if (running) return running;
    const started = this.resolve(hostname).finally(() => this.asked.delete(hostname));
    this.asked.set(hostname, started);
    return started;
  }
}
