import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { Metrics } from '../metrics/metrics';

/** How somebody reads the event log: by pages, or as a stream. */
export type FeedWay = 'feed' | 'stream';

/** Of this replica alone. */
@Injectable()
export class FeedMetrics {
  private readonly sent: Counter<'way'>;
  private readonly readers: Gauge<'way'>;

  constructor(metrics: Metrics) {
    const registers = [metrics.registry];
    const labelNames = ['way'] as const;
    this.sent = new Counter({
      name: 'karere_feed_events_total',
      help: 'Domain events that readers of GET /domain-events (feed) and GET /domain-events/stream (stream) were given',
      labelNames,
      registers,
    });
    this.readers = new Gauge({
      name: 'karere_feed_readers',
      help: 'Requests that wait for domain events (feed), and streams that are open',
      labelNames,
      registers,
    });
    for (const way of ['feed', 'stream'] as const) {
      this.gave(way, 0);
      this.attends(way, 0);
    }
  }

  gave(way: FeedWay, events: number): void {
    this.sent.inc({ way }, events);
  }

  attends(way: FeedWay, readers: number): void {
    this.readers.set({ way }, readers);
  }
}
