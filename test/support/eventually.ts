import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Looks until what is seen is as it should be, and gives that back: for what happens in its own time, such as
 * a line in the log. To fail at looking is to see nothing yet.
 * @param what names it, should it never come to be
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  isSo: (seen: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let failure: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (isSo(seen)) return seen;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`, { cause: failure });
    await sleep(10);
  }
}
