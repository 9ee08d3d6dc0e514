import { Injectable } from '@nestjs/common';
import type { FeedWay } from './feed.metrics';

interface Most {
  readonly inAll: number;
  /** Of one party that is not the owner: no more than a part, so that the owner's own teams have theirs. */
  readonly ofParty: number;
}

/** What holds for those in this process who follow the event log. */
@Injectable()
export class StreamLimits {
  /** At the same time, at most: requests that wait for events, and streams. */
  open: Readonly<Record<FeedWay, Most>> = {
    feed: { inAll: 500, ofParty: 100 },
    stream: { inAll: 200, ofParty: 50 },
  };

  /** Who asks what there is in the log waits for so long, at most. */
  lookMs = 10_000;

  /** After so long a sign of life is sent: less than proxies grant a silent connection. */
  heartbeatMs = 15_000;

  /** A client that has lost us comes again after so long or up to three times as long: not all at once. */
  retryMs = 1000;

  /** Who takes nothing of what was sent for so long is disconnected. */
  stallMs = 300_000;
}
