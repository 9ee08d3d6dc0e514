import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { DataSource } from 'typeorm';
import { Metrics } from '../metrics/metrics';
import type { Recorded } from './record-outcomes';
import { verdictOf } from './verdict';

/** What is counted of what is pending; beyond it the gauge says that there are at least so many. */
const MAX_COUNTED = 100_000;

@Injectable()
export class DeliveryMetrics {
  private readonly attempts: Counter<'kind' | 'verdict'>;
  private readonly duration: Histogram<'kind'>;
  private readonly delay: Histogram<'kind'>;
  private readonly pending: Gauge;

  constructor(
    metrics: Metrics,
    private readonly dataSource: DataSource,
  ) {
    const registers = [metrics.registry];
    this.attempts = new Counter({
      name: 'karere_delivery_attempts_total',
      help: 'Attempts at deliveries, by channel and by what they say: sent, transient, deferred, permanent, throttled, gone, ours, untold',
      labelNames: ['kind', 'verdict'],
      registers,
    });
    this.duration = new Histogram({
      name: 'karere_delivery_duration_seconds',
      help: 'How long the attempts took',
      labelNames: ['kind'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    });
    this.delay = new Histogram({
      name: 'karere_delivery_delay_seconds',
      help: 'From the match of an event to its delivery',
      labelNames: ['kind'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600, 3600, 21_600],
      registers,
    });
    this.pending = new Gauge({
      name: 'karere_notifications_pending',
      help: `Notifications that are queued, up to ${MAX_COUNTED}`,
      registers,
    });
    metrics.beforeScrape(() => this.readPending());
  }

  attempted({ claimed: { kind, age_ms: ageMs, replay_id: replayId }, outcome, decision }: Recorded): void {
    this.attempts.inc({ kind, verdict: verdictOf(outcome) });
    this.duration.observe({ kind }, outcome.durationMs / 1000);
    // What is replayed may have been delivered long ago: its age says nothing of us.
    if (decision.kind === 'sent' && replayId === null) {
      this.delay.observe({ kind }, (ageMs + outcome.durationMs) / 1000);
    }
  }

  private async readPending(): Promise<void> {
    const rows = await this.dataSource
      .query<{ pending: number }[]>(
        `SELECT count(*)::int AS pending
         FROM (SELECT FROM delivery_notification WHERE status = 'pending' LIMIT ${MAX_COUNTED}) p`,
      )
      .catch(() => undefined); // karere_database_up tells of it
    this.pending.remove();
    if (rows?.[0]) this.pending.set(rows[0].pending);
  }
}
