import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Looks into another process again and again until it is as wanted.
 * @param what completes "it did not happen that …"
 * @returns what was seen
 * @throws after the timeout, with what was seen last
 */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  isWanted: (seen: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (isWanted(seen)) return seen;
    if (Date.now() > deadline) {
      throw new Error(`it did not happen that ${what}; last seen: ${JSON.stringify(seen)}`);
    }
    await sleep(POLL_MS);
  }
}
