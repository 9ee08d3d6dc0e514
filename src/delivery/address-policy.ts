import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** All of the global unicast space that has been given out (RFC 4291 §2.4, IANA). */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** The prefix by which IPv6-only networks reach IPv4 (RFC 6052 §2.1). */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');

/** How a range that is met often is called; the others are "not a public address". */
const NAMES: Readonly<Record<string, string>> = {
  unspecified: 'the unspecified address',
  loopback: 'a loopback address',
  private: 'a private address',
  uniqueLocal: 'a private address',
  linkLocal: 'a link-local address',
  carrierGradeNat: 'a shared address (carrier-grade NAT)',
  multicast: 'a multicast address',
  broadcast: 'a broadcast address',
};

/** A network that was to be allowed is not written as `address/bits`. */
export class InvalidNetwork extends Error {
  override readonly name = 'InvalidNetwork';
}

/**
 * Says which addresses a webhook may go to: public unicast, and what the operator allows. Everything else is
 * ours or nobody's: an address that a partner chose must not reach it through us.
 */
export class AddressPolicy {
  private readonly allowed: readonly Network[];

  /**
   * @param allowed networks that are exempt, as `10.1.0.0/16`, `fd00::/8` or a single address
   * @throws InvalidNetwork
   */
  constructor(allowed: readonly string[] = []) {
    this.allowed = allowed.map(networkOf);
  }

  /** Why the address is refused, as the end of "points to …", or undefined when it is not. */
  refusalOf(text: string): string | undefined {
    if (isIP(text) === 0) return 'something that is not an address';
    const written = parse(text);
    const meant = withoutWrapping(written);
    if (this.isAllowed(meant) || this.isAllowed(written)) return undefined;
    const range = meant.range();
    // What the library calls unicast is all that it does not know.
    if (range === 'unicast' && (meant.kind() === 'ipv4' || meant.match(GLOBAL_UNICAST))) return undefined;
    return NAMES[range] ?? 'not a public address';
  }

  private isAllowed(address: Address): boolean {
    return this.allowed.some((network) => isIn(address, network));
  }
}

/** IPv4 that is written as IPv6 and that the system or the network turns back: mapped, and NAT64. */
function withoutWrapping(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  if (isIn(address, NAT64)) return new ipaddr.IPv4(address.toByteArray().slice(12));
  return address;
}

function isIn(address: Address, network: Network): boolean {
  return address.kind() === network[0].kind() && address.match(network);
}

function networkOf(text: string): Network {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const widest = isIP(address) === 4 ? 32 : 128;
  const length = bits === undefined ? widest : Number(bits);
  if (isIP(address) === 0 || length > widest) {
    throw new InvalidNetwork(`${JSON.stringify(text)} is not a network such as 10.1.0.0/16 or fd00::/8`);
  }
  return [parse(address), length];
}

/** The library takes the old IPv4-compatible `::127.0.0.1` for the mapped `::ffff:127.0.0.1`, Node does not. */
function parse(address: string): Address {
  return ipaddr.parse(address.replace(/^::(?=\d+\.)/, '0::'));
}
