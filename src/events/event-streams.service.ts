import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../auth/caller';
import { isDatabaseAway } from '../database/is-database-away';
import { EventStream } from './event-stream';
import { FeedReader, type MarkedPage } from './feed-reader';
import type { FeedView } from './feed-view';
import { FeedMetrics } from './feed.metrics';
import { OpenReaders } from './open-readers';
import { StreamLimits } from './stream-limits';

/** Of what is read at once, and may lie here for a reader that is slow. */
const PAGE = { events: 200, bytes: 128 * 1024 };

/** Between attempts at a database that is away. */
const AWAY_MS = 1000;

/** The event log as streams, for readers who stay. */
@Injectable()
export class EventStreams {
  constructor(
    private readonly reader: FeedReader,
    private readonly readers: OpenReaders,
    private readonly limits: StreamLimits,
    private readonly metrics: FeedMetrics,
  ) {}

  /**
   * Streams what comes after a position, or after the head of the log, until the token expires, the client leaves or
   * the process stops.
   * @throws what `OpenReaders.attend` and `FeedReader.read` do, before the stream begins
   */
  async stream(
    after: number | undefined,
    view: FeedView,
    { validUntil }: Caller,
    response: Response,
  ): Promise<void> {
    await this.readers.attend('stream', view, response, validUntil - Date.now(), (ended) =>
      this.follow(after, view, response, ended),
    );
  }

  private async follow(
    after: number | undefined,
    view: FeedView,
    response: Response,
    ended: AbortSignal,
  ): Promise<void> {
    const start = after ?? (await this.reader.ends()).head;
    let page = await this.reader.read(start, view, PAGE);
    const stream = new EventStream(response, start, this.limits, ended);
    try {
      if (response.req.method === 'HEAD') return;
      while (!ended.aborted) {
        const events = page.events.map((event) => view.show(event));
        this.metrics.gave('stream', events.length);
        await stream.send(events, page.next);
        if (page.next === page.head) await this.reader.grown(page, ended);
        if (!ended.aborted) page = await this.pageAfter(page, view, ended);
      }
    } finally {
      stream.close();
    }
  }

  /** While the database is away an empty one: a client that we let go and then answered 503 would not come again. */
  private async pageAfter(page: MarkedPage, view: FeedView, ended: AbortSignal): Promise<MarkedPage> {
    try {
      return await this.reader.read(page.next, view, PAGE);
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      await sleep(AWAY_MS, undefined, { signal: ended }).catch(() => undefined);
      return { ...page, events: [] };
    }
  }
}
