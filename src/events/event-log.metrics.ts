import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { inTime } from '../database/in-time';
import { Metrics, SCRAPE_READ_MS } from '../metrics/metrics';
import { ConsumerLags, type LogState } from './consumer-lags';

/** Of the whole installation, not of this replica: they are read from the database at each scrape. */
@Injectable()
export class EventLogMetrics {
  private readonly up: Gauge;
  private readonly head: Gauge;
  private readonly lag: Gauge<'consumer'>;
  private readonly attempts: Gauge<'consumer'>;
  private readonly parked: Gauge<'consumer'>;

  constructor(
    metrics: Metrics,
    private readonly lags: ConsumerLags,
  ) {
    const registers = [metrics.registry];
    const labelNames = ['consumer'] as const;
    this.up = new Gauge({
      name: 'karere_database_up',
      help: '1: the database answered this scrape. Gauges of what is in the database are absent otherwise',
      registers,
    });
    this.head = new Gauge({
      name: 'karere_event_log_head',
      help: 'Position of the newest domain event',
      registers,
    });
    this.lag = new Gauge({
      name: 'karere_consumer_lag_events',
      help: 'Events in the log that a durable consumer has not handled yet',
      labelNames,
      registers,
    });
    this.attempts = new Gauge({
      name: 'karere_consumer_failed_attempts',
      help: 'Failed attempts at the event that a durable consumer is at; above 0: it is stuck right now',
      labelNames,
      registers,
    });
    this.parked = new Gauge({
      name: 'karere_parked_events',
      help: 'Events that a durable consumer has set aside; each waits for a person',
      labelNames,
      registers,
    });
    metrics.beforeScrape(() => this.refresh());
  }

  private async refresh(): Promise<void> {
    const state = await inTime(this.lags.read(), SCRAPE_READ_MS).catch(() => undefined);
    // Only now, so that another scrape at the same time finds them full.
    this.head.remove(); // a reset would say 0
    for (const gauge of [this.lag, this.attempts, this.parked]) gauge.reset();
    this.up.set(state ? 1 : 0);
    if (state) this.set(state);
  }

  private set({ head, consumers }: LogState): void {
    this.head.set(head);
    for (const { name, lag, attempts, parked } of consumers) {
      this.lag.set({ consumer: name }, lag);
      this.attempts.set({ consumer: name }, attempts);
      this.parked.set({ consumer: name }, parked);
    }
  }
}
