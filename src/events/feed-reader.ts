import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurnOfTheLoop } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { inTime } from '../database/in-time';
import { Turns } from '../database/turns';
import { invalidInput } from '../problems/problems';
import { eventsGone } from './events.problems';
import { type FeedPage, type FeedPageSize, readFeedPage } from './feed-page';
import type { FeedView } from './feed-view';
import { LogGrowth } from './log-growth';
import { StreamLimits } from './stream-limits';

/** Looks at the log at once, so that readers who catch up leave connections for everything else. */
const AT_ONCE = 3;

/** A page, and how far the log had grown before it was read. */
export interface MarkedPage extends FeedPage {
  readonly mark: number;
}

/** Reads the event log page by page, for as many readers as there are. */
@Injectable()
export class FeedReader {
  private readonly turns = new Turns(AT_ONCE);
  /** Looks that have not begun. Who asks for the same gets the same: mostly all those at the head of the log. */
  private readonly asked = new Map<string, Promise<MarkedPage>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly growth: LogGrowth,
    private readonly limits: StreamLimits,
  ) {}

  /**
   * The page after a position; 0: from the oldest event that is kept.
   * @throws eventsGone when retention has taken what comes after it; invalidInput when it is beyond the head
   */
  async read(after: number, view: FeedView, size: FeedPageSize): Promise<MarkedPage> {
    const page = await this.readOnce(after, view, size);
    if (after > page.head) throw beyondHead(page.head);
    if (page.isWhole) return page;
    const { oldest } = await this.ends();
    if (after === 0) return this.read(oldest - 1, view, size);
    throw eventsGone(
      `The oldest event that is kept has the position ${oldest}: read on after ${oldest - 1}, without those between.`,
    );
  }

  /** Resolves when the log has grown since the page was read, or the reader's time has ended. */
  async grown({ mark }: MarkedPage, ended: AbortSignal): Promise<void> {
    await this.growth.next(mark, ended);
  }

  /** The positions of the oldest event that is kept, or that will come, and of the newest one. */
  async ends(): Promise<{ oldest: number; head: number }> {
    const [row] = await this.dataSource.query<{ oldest: string; head: string }[]>(
      `SELECT coalesce((SELECT position FROM domain_event ORDER BY position LIMIT 1), position + 1) AS oldest,
         position AS head
       FROM event_log_head`,
    );
    return { oldest: Number(row?.oldest), head: Number(row?.head) };
  }

  private async readOnce(after: number, view: FeedView, size: FeedPageSize): Promise<MarkedPage> {
    // Beyond what JavaScript counts to there is no event, but the database is to say so.
    const position = Math.min(after, Number.MAX_SAFE_INTEGER);
    const key = JSON.stringify([position, view, size]);
    const asked = this.asked.get(key) ?? this.look(key, position, view, size);
    this.asked.set(key, asked);
    return inTime(asked, this.limits.lookMs);
  }

  /** Keeps its turn until the database has answered, also when nobody waits for that any more: it has its connection. */
  private look(key: string, position: number, view: FeedView, size: FeedPageSize): Promise<MarkedPage> {
    return this.turns.take(async () => {
      await nextTurnOfTheLoop();
      // Who asks from now on may know of events that this look will not see.
      this.asked.delete(key);
      const { mark } = this.growth;
      return { ...(await readFeedPage(this.dataSource, position, view, size)), mark };
    });
  }
}

/** So the database is not the one that gave out this position: an older state of it was restored. */
function beyondHead(head: number): Error {
  return invalidInput(
    `The position that you have, as ?after or Last-Event-ID, is beyond the newest event, which is at ${head}. Perhaps the database was restored from a backup.`,
    {
      errors: [{ pointer: '?after', detail: `must be at most ${head}`, keyword: 'head' }],
    },
  );
}
