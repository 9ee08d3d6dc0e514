import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Response } from 'express';
import { tooManyRequests } from '../problems/problems';
import { tooManyStreams } from './events.problems';
import type { FeedView } from './feed-view';
import { FeedMetrics, type FeedWay } from './feed.metrics';
import { StreamLimits } from './stream-limits';

/** A timer takes no more, in milliseconds: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** When somebody who is refused may ask again: by then others may have left. */
const RETRY_AFTER_S = 5;

interface Reader {
  /** Undefined: of the owner. */
  readonly partyId: string | undefined;
  readonly response: Response;
  readonly ending: AbortController;
}

/** The requests that are not answered at once: those that wait for events, and streams. */
@Injectable()
export class OpenReaders implements OnModuleDestroy {
  private readonly open = { feed: new Set<Reader>(), stream: new Set<Reader>() };
  private stopping = false;

  constructor(
    private readonly metrics: FeedMetrics,
    private readonly limits: StreamLimits,
  ) {}

  /**
   * Attends to one of them until `work` is done.
   * @param view of who asks
   * @param forMs how long it may take
   * @param work is to end soon when its time has ended: it is over, the client has left, or the process stops
   * @throws tooManyRequests, tooManyStreams
   */
  async attend<T>(
    way: FeedWay,
    { partyId }: FeedView,
    response: Response,
    forMs: number,
    work: (ended: AbortSignal) => Promise<T>,
  ): Promise<T> {
    this.refuseTooMany(way, partyId);
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const reader = { partyId, response, ending };
    const overdue = setTimeout(end, Math.min(forMs, MAX_TIMER_MS));
    response.once('close', end);
    this.open[way].add(reader);
    this.metrics.attends(way, this.open[way].size);
    if (this.stopping || response.closed) end();
    try {
      return await work(ending.signal);
    } finally {
      clearTimeout(overdue);
      response.off('close', end);
      this.open[way].delete(reader);
      this.metrics.attends(way, this.open[way].size);
    }
  }

  /** So that no party keeps the others away, nor all of them other work. */
  private refuseTooMany(way: FeedWay, partyId: string | undefined): void {
    const readers = [...this.open[way]];
    const { inAll, ofParty } = this.limits.open[way];
    const extras = { retryAfterSeconds: RETRY_AFTER_S };
    const what = way === 'stream' ? 'streams' : 'requests that wait';
    if (partyId !== undefined && readers.filter((reader) => reader.partyId === partyId).length >= ofParty) {
      throw tooManyRequests(`Your party has ${ofParty} ${what} at this process, as many as it may.`, extras);
    }
    if (readers.length < inAll) return;
    const detail = `It has ${readers.length} ${what}; another process may take you.`;
    // A balancer may take a 503 for a process that is not well: it is so only for streams that it knows better.
    throw way === 'stream' ? tooManyStreams(detail, extras) : tooManyRequests(detail, extras);
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
