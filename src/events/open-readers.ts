import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Response } from 'express';

/** A timer takes no more, in milliseconds: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The requests that are not answered at once: those that wait for events, and streams. */
@Injectable()
export class OpenReaders implements OnModuleDestroy {
  private readonly open = new Set<AbortController>();
  private stopping = false;

  /**
   * Attends to one of them until `work` is done.
   * @param forMs how long it may take
   * @param work is to end soon when its time has ended: it is over, the client has left, or the process stops
   */
  async attend<T>(response: Response, forMs: number, work: (ended: AbortSignal) => Promise<T>): Promise<T> {
    const ending = new AbortController();
    const end = (): void => ending.abort();
    const overdue = setTimeout(end, Math.min(forMs, MAX_TIMER_MS));
    response.once('close', end);
    this.open.add(ending);
    if (this.stopping || response.closed) end();
    try {
      return await work(ending.signal);
    } finally {
      clearTimeout(overdue);
      response.off('close', end);
      this.open.delete(ending);
    }
  }

  /** Ends them all, and those that still come at once: each can go on elsewhere from where it is. */
  stop(): void {
    this.stopping = true;
    for (const ending of this.open) ending.abort();
  }

  onModuleDestroy(): void {
    this.stop();
  }
}
