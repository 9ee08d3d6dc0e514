import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import type { CloudEvent } from './cloud-event';
import type { FeedPage, FeedPageSize } from './feed-page';
import { FeedReader } from './feed-reader';
import type { FeedView } from './feed-view';
import { FeedMetrics } from './feed.metrics';
import { OpenReaders } from './open-readers';

interface FeedRequest {
  /** A position. */
  readonly after: number;
  /** Events at most. */
  readonly limit: number;
  /** Seconds. */
  readonly wait: number;
}

/** Of the data in one answer, about. */
const BYTES = 4 * 1024 * 1024;

/** The event log by pages, for readers who remember how far they have come. */
@Injectable()
export class Feed {
  constructor(
    private readonly reader: FeedReader,
    private readonly readers: OpenReaders,
    private readonly metrics: FeedMetrics,
  ) {}

  /**
   * What comes after a position; when there is nothing yet, it waits for it, at most so long.
   * @throws what `OpenReaders.attend` and `FeedReader.read` do
   */
  async page(
    { after, limit, wait }: FeedRequest,
    view: FeedView,
    response: Response,
  ): Promise<{ items: CloudEvent[]; next: string }> {
    const size = { events: limit, bytes: BYTES };
    const { events, next } =
      wait === 0
        ? await this.reader.read(after, view, size)
        : await this.readers.attend('feed', view, response, wait * 1000, (ended) =>
            this.firstWithEvents(after, view, size, ended),
          );
    this.metrics.gave('feed', events.length);
    return { items: events.map((event) => view.show(event)), next: String(next) };
  }

  private async firstWithEvents(
    after: number,
    view: FeedView,
    size: FeedPageSize,
    ended: AbortSignal,
  ): Promise<FeedPage> {
    let page = await this.reader.read(after, view, size);
    while (page.events.length === 0 && page.next === page.head && !ended.aborted) {
      await this.reader.grown(page, ended);
      page = await this.reader.read(page.next, view, size);
    }
    return page;
  }
}
