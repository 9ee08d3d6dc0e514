import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';

/** For each source. Less than readiness as a whole has. */
const TIMEOUT_MS = 500;

/** Reads what a feature has to tell; undefined: nothing. */
type Source = () => Promise<object | undefined>;

/**
 * What features tell of themselves beside whether the process is ready. It is never a reason for that: to take
 * a replica out of the balancer would not mend a partner that is away.
 */
@Injectable()
export class HealthInformation {
  private readonly sources = new Map<string, Source>();

  register(name: string, source: Source): void {
    this.sources.set(name, source);
  }

  /** By the names of the features. What can't be read in time is left out. */
  async read(): Promise<Record<string, object>> {
    const read = [...this.sources].map(async ([name, source]) => {
      const reading = Promise.resolve().then(source); // also one that throws at once
      const told = Promise.race([reading, sleep(TIMEOUT_MS, undefined, { ref: false })]);
      return [name, await told.catch(() => undefined)] as const;
    });
    const entries: [string, object][] = [];
    for (const [name, told] of await Promise.all(read)) if (told) entries.push([name, told]);
    return Object.fromEntries(entries);
  }
}
