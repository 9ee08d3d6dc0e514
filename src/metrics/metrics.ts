import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** What a refresher may take for what it reads, ms: who scrapes gives up after 10 s (`prometheus.yaml`). */
export const SCRAPE_READ_MS = 3000;

/**
 * Memory, event loop and garbage collection are of the process, whatever number of applications runs in it, and are
 * watched from Node's core for as long as it lives: an application that owned them would never go away.
 */
const PROCESS = new Registry();
collectDefaultMetrics({ register: PROCESS });

/** The registry that each module adds its own metrics to. One per application: tests run several in one process. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly refreshers: (() => Promise<void>)[] = [];

  /**
   * For gauges of what is in the database: they are read anew before each scrape, and say nothing when that takes
   * longer than `SCRAPE_READ_MS`. One that rejects keeps what it has.
   */
  beforeScrape(refresh: () => Promise<void>): void {
    this.refreshers.push(refresh);
  }

  async scrape(): Promise<string> {
    await Promise.allSettled(this.refreshers.map((refresh) => refresh()));
    return Registry.merge([PROCESS, this.registry]).metrics();
  }
}
