import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { Metrics } from '../metrics/metrics';

/** Of this replica alone. */
@Injectable()
export class FeedMetrics {
  private readonly sent: Counter<'way'>;
  private readonly streams: Gauge;

  constructor(metrics: Metrics) {
    const registers = [metrics.registry];
    this.sent = new Counter({
      name: 'karere_feed_events_total',
      help: 'Domain events that readers were given, by GET /domain-events (feed) and GET /domain-events/stream (stream)',
      labelNames: ['way'],
      registers,
    });
    this.streams = new Gauge({
      name: 'karere_feed_streams',
      help: 'Streams of domain events that are open',
      registers,
    });
    for (const way of ['feed', 'stream']) this.sent.inc({ way }, 0);
  }

  gave(way: 'feed' | 'stream', events: number): void {
    this.sent.inc({ way }, events);
  }

  streamsOpen(count: number): void {
    this.streams.set(count);
  }
}
