import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { DataSource } from 'typeorm';
import { inTime } from '../database/in-time';
import { Metrics, SCRAPE_READ_MS } from '../metrics/metrics';
import type { GapState } from './gap.entity';

/** Gaps of these states miss something. The others are many, and would be read each time. */
const MISSING: readonly GapState[] = ['opened', 'confirmed'];

/** By `spg_gap_unhealed`. */
const COUNT_GAPS = `
  SELECT state, count(*)::int AS ranges, sum(to_id - from_id + 1)::float8 AS ids
  FROM spg_gap WHERE state <> 'healed' GROUP BY state`;

@Injectable()
export class SpgMetrics {
  private readonly notifications: Counter<'type' | 'outcome'>;
  private readonly batchRows: Histogram;
  private readonly gaps: Gauge<'state'>;
  private readonly missing: Gauge;

  constructor(
    private readonly metrics: Metrics,
    private readonly dataSource: DataSource,
  ) {
    const registers = [metrics.registry];
    this.notifications = new Counter({
      name: 'karere_spg_notifications_total',
      help: 'Valid notifications received, by their outcome: accepted, duplicate, conflict',
      labelNames: ['type', 'outcome'],
      registers,
    });
    this.batchRows = new Histogram({
      name: 'karere_spg_batch_rows',
      help: 'Notifications written by one commit',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    });
    this.gaps = new Gauge({
      name: 'karere_spg_gaps',
      help: 'Ranges of missing eventIds by state: opened (may still come late), confirmed (taken for lost)',
      labelNames: ['state'],
      registers,
    });
    this.missing = new Gauge({
      name: 'karere_spg_missing_notifications',
      help: 'eventIds that are missing right now, opened and confirmed',
      registers,
    });
    metrics.beforeScrape(() => this.readGaps());
  }

  received(type: string, outcome: string): void {
    this.notifications.inc({ type, outcome });
  }

  batchWritten(rows: number): void {
    this.batchRows.observe(rows);
  }

  watchQueue(length: () => number): void {
    new Gauge({
      name: 'karere_spg_queued_notifications',
      help: 'Notifications of this process that wait for their commit',
      registers: [this.metrics.registry],
      collect() {
        this.set(length());
      },
    });
  }

  private async readGaps(): Promise<void> {
    const read = this.dataSource.query<{ state: GapState; ranges: number; ids: number }[]>(COUNT_GAPS);
    const rows = await inTime(read, SCRAPE_READ_MS).catch(() => undefined); // karere_database_up tells of it
    this.gaps.reset();
    this.missing.remove(); // a reset would say 0
    if (!rows) return;
    for (const state of MISSING) {
      this.gaps.set({ state }, rows.find((row) => row.state === state)?.ranges ?? 0);
    }
    this.missing.set(rows.reduce((sum, { ids }) => sum + ids, 0));
  }
}
