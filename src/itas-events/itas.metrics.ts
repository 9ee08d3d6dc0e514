import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { inTime } from '../database/in-time';
import { Metrics, SCRAPE_READ_MS } from '../metrics/metrics';
import { type MailboxReport, MailboxReports } from './mailbox-report';
import type { MessageSource } from './message.entity';

const DEAD_LETTERS = `SELECT count(*)::int AS open FROM itas_dead_letter WHERE state = 'open'`;

/** The gauges are of the whole installation, not of this replica: they are read from the database. */
@Injectable()
export class ItasMetrics {
  private readonly messages: Counter<'source' | 'outcome'>;
  private readonly deadLetters: Gauge;
  private readonly lag: Gauge;
  private readonly waiting: Gauge;
  private readonly lastPoll: Gauge;
  private readonly failing: Gauge;
  private readonly missingTopics: Gauge;
  private readonly lost: Gauge;

  constructor(
    metrics: Metrics,
    private readonly dataSource: DataSource,
    private readonly reports: MailboxReports,
  ) {
    const registers = [metrics.registry];
    this.messages = new Counter({
      name: 'karere_itas_messages_total',
      help: 'Messages of ITAS taken by this process, by how they came and by their outcome: accepted, duplicate, dead-lettered',
      labelNames: ['source', 'outcome'],
      registers,
    });
    this.deadLetters = new Gauge({
      name: 'karere_itas_dead_letters',
      help: 'Messages of ITAS that could not be taken in; each waits for a person',
      registers,
    });
    this.lag = new Gauge({
      name: 'karere_itas_mailbox_lag_seconds',
      help: 'How late messages of the mailbox are; it grows while nothing comes through',
      registers,
    });
    this.waiting = new Gauge({
      name: 'karere_itas_mailbox_waiting_messages',
      help: 'Messages in the mailbox; absent where ITAS does not tell (API v2)',
      registers,
    });
    this.lastPoll = new Gauge({
      name: 'karere_itas_mailbox_last_poll_timestamp_seconds',
      help: 'When ITAS last answered a poll',
      registers,
    });
    this.failing = new Gauge({
      name: 'karere_itas_mailbox_failing',
      help: '1: the mailbox can not be read right now',
      registers,
    });
    this.missingTopics = new Gauge({
      name: 'karere_itas_mailbox_missing_topics',
      help: 'Configured topics that the mailbox is not subscribed to: their messages do not come',
      registers,
    });
    this.lost = new Gauge({
      name: 'karere_itas_mailbox_lost_timestamp_seconds',
      help: 'When this process has found that ITAS had no mailbox of ours any more, and messages with it; 0: never',
      registers,
    });
    metrics.beforeScrape(() => this.refresh());
  }

  taken(source: MessageSource, outcome: string): void {
    this.messages.inc({ source, outcome });
  }

  mailboxLost(now: Date): void {
    this.lost.set(now.getTime() / 1000);
  }

  private async refresh(): Promise<void> {
    const read = Promise.all([this.reports.read(), this.dataSource.query<{ open: number }[]>(DEAD_LETTERS)]);
    const [report, rows] = await inTime(read, SCRAPE_READ_MS).catch(() => [undefined, undefined]); // karere_database_up tells of it
    // A reset would say 0.
    const { deadLetters, lag, waiting, lastPoll, failing, missingTopics } = this;
    for (const gauge of [deadLetters, lag, waiting, lastPoll, failing, missingTopics]) gauge.remove();
    if (rows?.[0]) this.deadLetters.set(rows[0].open);
    if (report) this.setMailbox(report);
  }

  private setMailbox({ lastPollAt, waiting, lagSeconds, failingSince, missingTopics }: MailboxReport): void {
    if (lagSeconds !== undefined) this.lag.set(lagSeconds);
    if (waiting !== undefined) this.waiting.set(waiting);
    if (lastPollAt !== undefined) this.lastPoll.set(Date.parse(lastPollAt) / 1000);
    this.failing.set(failingSince === undefined ? 0 : 1);
    this.missingTopics.set(missingTopics?.length ?? 0);
  }
}
