import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Signal } from '../database/signal';
import type { Claims } from './claims';
import type { Courses } from './courses';

/** How long it sleeps at most when nothing is due: retries become due without anyone saying so. */
const POLL_MS = 500;

/** With slots freed one by one, a claim waits for so many more: one for a few costs as much as one for many. */
const GATHER_MS = 5;

/** Takes what is due and has it delivered, until it is stopped. */
export class Dispatcher {
  private stopping = false;
  private running: Promise<void> | undefined;
  /** Having taken fewer than so many, it looks again when it is told to: most likely that was all. */
  private readonly few: number;

  constructor(
    private readonly claims: Claims,
    private readonly courses: Courses,
    private readonly due: Signal,
    private readonly logger: Logger,
  ) {
    this.few = Math.ceil(claims.options.concurrency / 16);
  }

  start(): void {
    this.running ??= this.loop();
  }

  /** Takes nothing more, lets what is under way come to its end, and gives back what does not in time. */
  async stop(): Promise<void> {
    const { underWay, options } = this.claims;
    this.stopping = true;
    this.due.wake();
    underWay.ended.wake();
    await this.running;
    this.running = undefined;
    const overdue = setTimeout(() => this.courses.breakOff(), options.drainMs);
    await underWay.none();
    clearTimeout(overdue);
    this.stopping = false;
  }

  /** Takes what is due once, and waits until all of it is delivered and written down. For tests. */
  async runOnce(): Promise<number> {
    const taken = await this.pass();
    await this.claims.underWay.none();
    return taken;
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      const due = this.due.mark;
      const ended = this.claims.underWay.ended.mark;
      try {
        const taken = await this.pass();
        if (taken < this.few) await Promise.race([this.due.next(due, POLL_MS), this.gathered(ended)]);
      } catch (error) {
        this.logger.warn({ err: error }, 'the dispatcher can not claim; trying again');
        await sleep(POLL_MS);
      }
    }
  }

  /**
   * Looks at all endpoints, a part of them at a time. When it has taken something, another pass follows: what it
   * has looked at first may have changed since.
   */
  private async pass(): Promise<number> {
    let taken = 0;
    let after = '';
    do {
      const { claimed, scannedTo } = await this.claims.take(after);
      for (const each of claimed) void this.courses.run(each);
      if (claimed.length > 0) await this.claims.underWay.room(() => this.stopping);
      taken += claimed.length;
      after = scannedTo;
    } while (after !== '' && !this.stopping);
    return taken;
  }

  private async gathered(mark: number): Promise<void> {
    await this.claims.underWay.ended.next(mark, POLL_MS);
    await sleep(GATHER_MS);
  }
}
