import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { Metrics } from '../../metrics/metrics';
import { JetStreamState } from './jetstream-state';

/** Of this process; how far it is behind is `karere_consumer_lag_events{consumer="jetstream"}`. */
@Injectable()
export class JetStreamMetrics {
  private readonly events: Counter<'outcome'>;
  private readonly connected: Gauge;
  private readonly failing: Gauge;
  private readonly sequence: Gauge;

  constructor(
    metrics: Metrics,
    private readonly state: JetStreamState,
  ) {
    const registers = [metrics.registry];
    this.events = new Counter({
      name: 'karere_jetstream_events_total',
      help: 'Events by their outcome: published, or already-there when the stream held them from an attempt before',
      labelNames: ['outcome'],
      registers,
    });
    this.connected = new Gauge({
      name: 'karere_jetstream_connected',
      help: '1: this process is connected to NATS. Absent in one that does not publish',
      registers,
    });
    this.failing = new Gauge({
      name: 'karere_jetstream_failing',
      help: '1: this process can not publish right now; GET /health/ready tells why',
      registers,
    });
    this.sequence = new Gauge({
      name: 'karere_jetstream_last_sequence',
      help: 'Of the last message of the stream that this process has published or seen',
      registers,
    });
    metrics.beforeScrape(() => Promise.resolve(this.refresh()));
  }

  published(events: number): void {
    this.events.inc({ outcome: 'published' }, events);
  }

  found(events: number): void {
    this.events.inc({ outcome: 'already-there' }, events);
  }

  private refresh(): void {
    for (const gauge of [this.connected, this.failing, this.sequence]) gauge.remove(); // a reset would say 0
    const { started, connected, trouble, last } = this.state;
    if (!started) return;
    this.connected.set(connected ? 1 : 0);
    this.failing.set(trouble ? 1 : 0);
    if (last) this.sequence.set(last.sequence);
  }
}
