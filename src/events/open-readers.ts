import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Response } from 'express';
import { FeedMetrics, type FeedWay } from './feed.metrics';

/** A timer takes no more, in milliseconds: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface Reader {
  readonly response: Response;
  readonly ending: AbortController;
}

/** The requests that are not answered at once: those that wait for events, and streams. */
@Injectable()
export class OpenReaders implements OnModuleDestroy {
  private readonly open = { feed: new Set<Reader>(), stream: new Set<Reader>() };
  private stopping = false;

  constructor(private readonly metrics: FeedMetrics) {}

  count(way: FeedWay): number {
    return this.open[way].size;
  }

  /**
   * Attends to one of them until `work` is done.
   * @param forMs how long it may take
   * @param work is to end soon when its time has ended: it is over, the client has left, or the process stops
   */
  async attend<T>(
    way: FeedWay,
    response: Response,
    forMs: number,
    work: (ended: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const reader = { response, ending };
    const overdue = setTimeout(end, Math.min(forMs, MAX_TIMER_MS));
    response.once('close', end);
    this.open[way].add(reader);
    this.metrics.attends(way, this.count(way));
    if (this.stopping || response.closed) end();
    try {
      return await work(ending.signal);
    } finally {
      clearTimeout(overdue);
      response.off('close', end);
      this.open[way].delete(reader);
      this.metrics.attends(way, this.count(way));
    }
  }

  /** Ends them all, and those that still come at once: each can go on elsewhere from where it is. */
  stop(): void {
    this.stopping = true;
    for (const { response, ending } of [...this.open.feed, ...this.open.stream]) {
      // Another request on this connection would have to be waited for.
      if (!response.headersSent) response.setHeader('Connection', 'close');
      ending.abort();
    }
  }

  onModuleDestroy(): void {
    this.stop();
  }
}
