import { Injectable } from '@nestjs/common';

/** What holds for the streams of this process. */
@Injectable()
export class StreamLimits {
  /** Open at the same time, at most. */
  streams = 200;

  /** After so long a sign of life is sent: less than proxies grant a silent connection. */
  heartbeatMs = 15_000;

  /** A client that has lost us comes again after so long or up to three times as long: not all at once. */
  retryMs = 1000;

  /** Who takes nothing of what was sent for so long is disconnected. */
  stallMs = 300_000;
}
