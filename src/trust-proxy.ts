import { isIP } from 'node:net';

const NAMED_NETWORK = /^(loopback|linklocal|uniquelocal)$/;
const NUMBER = /^\d+$/;

/** Whether Express understands it: a wrong one would end the start with a stack, and name no variable. */
export function isTrustProxy(value: string): boolean {
  return value === 'true' || value === 'false' || NUMBER.test(value) || value.split(',').every(isNetwork);
}

/** What Express takes for it: a text of digits would be an address to it. */
export function toTrustProxy(value: string | undefined): string | number | boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  return NUMBER.test(value) ? Number(value) : value;
}

/** An address, a network such as 10.0.0.0/8, or one of those that Express knows by name. */
function isNetwork(text: string): boolean {
  const network = text.trim();
  if (NAMED_NETWORK.test(network)) return true;
  const [address = '', bits, ...more] = network.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return (
    bits === undefined ||
    (NUMBER.test(bits) && Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128))
  );
}
