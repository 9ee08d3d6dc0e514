import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { inTime } from '../database/in-time';
import { Signal } from '../database/signal';
import { Signals } from '../database/signals';
import { EVENT_LOG_CHANNEL } from './append.sql';
import { EventLog } from './event-log';

/** Between two looks when nobody says that there is something new. */
const POLL_MS = 1000;

/** How long events gather after a wake-up: all who wait read them at once, and not each of them by itself. */
const GATHER_MS = 50;

/** For a look at the head of the log. */
const DATABASE_MS = 5000;

/** Who waits for so long may look by himself. */
const LONG_MS = 60_000;

/**
 * Tells those in this process who follow the event log that it has grown. While anybody waits, one looks at its head
 * for all of them: woken by a commit in any replica, and each second without that.
 */
@Injectable()
export class LogGrowth implements OnModuleDestroy {
  private readonly committed: Signal;
  private readonly grown = new Signal();
  private readonly stopped = new AbortController();
  private head: number | undefined;
  private waiting = 0;
  private watching = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly signals: Signals,
  ) {
    this.committed = signals.on(EVENT_LOG_CHANNEL);
  }

  /** Take it before reading the log, and hand it to `next`. */
  get mark(): number {
    return this.grown.mark;
  }

  /** Resolves when the log has grown since the mark, or the reader's time has ended; now and then without a reason. */
  async next(mark: number, ended: AbortSignal): Promise<void> {
    this.waiting += 1;
    if (!this.watching) void this.watch();
    await this.grown.next(mark, LONG_MS, ended);
    this.waiting -= 1;
  }

  onModuleDestroy(): void {
    this.stopped.abort();
  }

  private async watch(): Promise<void> {
    this.watching = true;
    // A process that runs no consumers does not listen yet.
    void this.signals.start();
    do {
      const { mark } = this.committed;
      await this.look();
      await this.committed.next(mark, POLL_MS, this.stopped.signal);
      await sleep(GATHER_MS);
    } while (this.waiting > 0 && !this.stopped.signal.aborted);
    this.watching = false;
  }

  private async look(): Promise<void> {
    // A database that is away has not grown; whoever reads from it next is told so.
    const looked = inTime(this.log.head(this.dataSource.manager), DATABASE_MS).catch(() => this.head);
    const head = await looked;
    if (head === this.head) return;
    this.head = head;
    this.grown.wake();
  }
}
