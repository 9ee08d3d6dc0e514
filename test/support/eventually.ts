import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/**
 * Looks until what is seen is as it should be, and gives that back: for what happens in its own time, such as
 * a line in the log. To fail at looking is to see nothing yet.
 * @param what names it, should it never come to be
 * @throws when the time is over, with what was seen last
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  isSo: (seen: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    let failure: unknown;
    let last: unknown;
    try {
      const seen = await look();
      if (isSo(seen)) return seen;
      last = seen;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) {
      const seen = inspect(last).slice(0, 1000);
      throw new Error(`not within ${withinMs} ms: ${what}; last seen: ${seen}`, { cause: failure });
    }
    await sleep(10);
  }
}
