import type { Response } from 'express';
import type { CloudEvent } from './cloud-event';
import type { StreamLimits } from './stream-limits';

/** Positions without an event in view after which the reader's place is moved on at once, not with the heartbeat. */
const UNSEEN = 1000;

/**
 * One stream of server-sent events (HTML Standard §9.2). Each event has its position as the id. A block with an id
 * alone dispatches no event, but moves what the client will send as `Last-Event-ID` (§9.2.6, "dispatch the event",
 * steps 1 and 2): so it does not look again at what was not in its view.
 */
export class EventStream {
  private readonly heartbeat: NodeJS.Timeout;
  /** The last id that was sent. */
  private sent: number;

  /** Begins the answer. @param position after which the events come */
  constructor(
    private readonly response: Response,
    private position: number,
    private readonly limits: StreamLimits,
    private readonly ended: AbortSignal,
  ) {
    this.sent = position;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no', // nginx
      Connection: 'close', // or the process would wait for its next request before it stops
    });
    const retry = Math.round(limits.retryMs * (1 + 2 * Math.random()));
    response.write(`retry: ${retry}\nid: ${position}\n\n`);
    this.heartbeat = setInterval(() => this.beat(), limits.heartbeatMs);
  }

  /**
   * Sends what is in view up to a position, and resolves when the client has taken it or its time has ended: so no
   * more than this lies here for one that is slow.
   */
  async send(events: readonly CloudEvent[], upTo: number): Promise<void> {
    this.position = upTo;
    const last = events.at(-1);
    if (last) {
      this.sent = Number(last.position);
      this.response.write(events.map(toText).join(''));
    }
    if (upTo - this.sent >= UNSEEN) this.mark();
    if (this.response.writableNeedDrain) await this.drained();
  }

  /** Ends the answer; what a slow client has not taken it gets when it comes again. */
  close(): void {
    clearInterval(this.heartbeat);
    if (this.response.writableNeedDrain) this.response.destroy();
    else this.response.end();
  }

  /** Nothing for one that has not taken what it has. */
  private beat(): void {
    if (this.response.writableNeedDrain) return;
    if (this.position > this.sent) this.mark();
    else this.response.write(':\n\n');
  }

  private mark(): void {
    this.sent = this.position;
    this.response.write(`id: ${this.sent}\n\n`);
  }

  private async drained(): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(stalled);
        this.response.off('drain', done);
        this.ended.removeEventListener('abort', done);
        resolve();
      };
      const stalled = setTimeout(() => this.response.destroy(), this.limits.stallMs);
      this.response.on('drain', done);
      this.ended.addEventListener('abort', done);
      if (this.ended.aborted) done();
    });
  }
}

/** JSON has no line breaks, so the data are one line. */
function toText(event: CloudEvent): string {
  return `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
