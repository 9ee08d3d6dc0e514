import { isIP } from 'node:net';
import type { AddressPolicy } from './address-policy';

/** The longest name that can be looked up (RFC 1035 §2.3.4, as text). International ones grow when they are encoded. */
const MAX_HOST = 253;

interface CallbackUriRules {
  /** Plain http as well as https. */
  readonly allowHttp: boolean;
  readonly addresses: AddressPolicy;
}

/**
 * What is wrong with the address of a webhook, an http or https one (`fields/uri.ts`), as a sentence about it
 * ("must …"), or undefined when nothing is. For the moment when a subscription is made, to tell early what can be told: names are not resolved, as
 * what they resolve to is checked at each connection.
 */
export function checkCallbackUri(
  uri: string,
  { allowHttp, addresses }: CallbackUriRules,
): string | undefined {
  // The URL parser drops or turns these silently, so what is stored would not be what is called.
  if (/[\s\p{Cc}\p{Cs}\\]/u.test(uri) || !URL.canParse(uri)) return 'must be an absolute address (URL)';
  const { protocol, username, password, hostname } = new URL(uri);
  if (protocol !== 'https:' && !(allowHttp && protocol === 'http:')) return 'must begin with https://';
  if (username !== '' || password !== '') return 'must not hold a user name or password: use `auth`';
  if (uri.includes('#')) return 'must not have a fragment (#)';
  return checkHost(hostname, addresses);
}

function checkHost(hostname: string, addresses: AddressPolicy): string | undefined {
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  if (host.length > MAX_HOST) return `must name a host of at most ${MAX_HOST} characters`;
  const isThisMachine = host === 'localhost' || host.endsWith('.localhost');
  if (!isThisMachine && isIP(host) === 0) return undefined;
  const refusal = addresses.refusalOf(isThisMachine ? '127.0.0.1' : host);
  return refusal && `must name a host on the public internet: ${host} is ${refusal}`;
}
