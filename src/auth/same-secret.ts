import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Whether the presented secret is one of those accepted. Takes the same time wherever they differ, and looks
 * at all of them; hashing makes their lengths equal, which `timingSafeEqual` asks for.
 */
export function isOneOf(accepted: readonly Buffer[], presented: string): boolean {
  const digest = digestOf(presented);
  let found = false;
  for (const secret of accepted) found = timingSafeEqual(secret, digest) || found;
  return found;
}

/** What is kept of an accepted secret for `isOneOf`. */
export function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
