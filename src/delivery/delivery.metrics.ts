import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { DataSource } from 'typeorm';
import { inTime } from '../database/in-time';
import { Metrics, SCRAPE_READ_MS } from '../metrics/metrics';
import type { Recorded } from './record-outcomes';
import { verdictOf } from './verdict';

/** What is counted of what is pending; beyond it the gauge says that there are at least so many. */
const MAX_COUNTED = 100_000;

interface State {
  readonly pending: number;
  readonly oldest: number;
  readonly failing: number;
  readonly failing_longest: number;
}

/**
 * Of the whole installation. The ids of notifications ascend with time, so the oldest is the first of the primary key
 * of the partition of what is pending; the failing channels have an index of their own.
 */
const STATE = `
  SELECT
    (SELECT count(*)::int FROM (
      SELECT FROM delivery_notification WHERE status = 'pending' LIMIT ${MAX_COUNTED}) p) AS pending,
    coalesce((SELECT greatest(extract(epoch FROM now() - created_at), 0) FROM delivery_notification
      WHERE status = 'pending' AND replay_id IS NULL ORDER BY id LIMIT 1), 0)::float8 AS oldest,
    count(*)::int AS failing,
    coalesce(greatest(extract(epoch FROM now() - min(failing_since)), 0), 0)::float8 AS failing_longest
  FROM delivery_channel
  WHERE failing_since IS NOT NULL AND state = 'enabled' AND NOT expired AND kind <> 'contact' AND identity IS NOT NULL`;

@Injectable()
export class DeliveryMetrics {
  private readonly attempts: Counter<'kind' | 'verdict'>;
  private readonly duration: Histogram<'kind'>;
  private readonly delay: Histogram<'kind'>;
  private readonly pending: Gauge;
  private readonly oldest: Gauge;
  private readonly failing: Gauge;
  private readonly failingLongest: Gauge;

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
    this.oldest = new Gauge({
      name: 'karere_notifications_oldest_pending_seconds',
      help: 'How long ago the oldest notification that is queued was matched, replays left out; 0: none is queued',
      registers,
    });
    this.failing = new Gauge({
      name: 'karere_channels_failing',
      help: 'Channels to which nothing has got through since a delivery failed',
      registers,
    });
    this.failingLongest = new Gauge({
      name: 'karere_channels_failing_longest_seconds',
      help: 'For how long nothing has got through to the worst of the failing channels; 0: none is failing',
      registers,
    });
    metrics.beforeScrape(() => this.refresh());
  }

  attempted({ claimed: { kind, age_ms: ageMs, replay_id: replayId }, outcome, decision }: Recorded): void {
    this.attempts.inc({ kind, verdict: verdictOf(outcome) });
    this.duration.observe({ kind }, outcome.durationMs / 1000);
    // What is replayed may have been delivered long ago: its age says nothing of us.
    if (decision.kind === 'sent' && replayId === null) {
      this.delay.observe({ kind }, (ageMs + outcome.durationMs) / 1000);
    }
  }

  private async refresh(): Promise<void> {
    const read = this.dataSource.query<[State]>(STATE);
    const [row] = await inTime(read, SCRAPE_READ_MS).catch(() => []); // karere_database_up tells of it
    // A reset would say 0.
    for (const gauge of [this.pending, this.oldest, this.failing, this.failingLongest]) gauge.remove();
    if (!row) return;
    this.pending.set(row.pending);
    this.oldest.set(row.oldest);
    this.failing.set(row.failing);
    this.failingLongest.set(row.failing_longest);
  }
}
