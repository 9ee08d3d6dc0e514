import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** The registry that each module adds its own metrics to. One per application, not per process: tests run several. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly refreshers: (() => Promise<void>)[] = [];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** For gauges of what is in the database: they are read anew before each scrape. */
  beforeScrape(refresh: () => Promise<void>): void {
    this.refreshers.push(refresh);
  }

  async scrape(): Promise<string> {
    await Promise.all(this.refreshers.map((refresh) => refresh()));
    return this.registry.metrics();
  }
}
