import { Signal } from '../database/signal';

/** From then on a delivery is slow. */
const SLOW_MS = 2000;

/** For each delivery that may be under way, so many slow ones may be. */
const SLOW_FACTOR = 4;

/** For each delivery that may be under way, so many may be over and not yet written down. */
const UNWRITTEN_FACTOR = 8;

interface Course {
  /** It is over, whatever came of it: what is left is to write that down. */
  over(): void;
  /** It is written down, or given up. To be called in any case. */
  end(): void;
}

/**
 * What is under way in this process. Slow deliveries do not use up the room of the others: they only wait, and
 * receivers that hang would otherwise hold up all; but there is an end to their number. So it is with what waits to
 * be written down, many at a time.
 */
export class UnderWay {
  /** Wakes when one is over or has ended. */
  readonly ended = new Signal();
  /** Times of start as `performance.now()` tells them, oldest first. */
  private readonly started = new Map<symbol, number>();
  private unwritten = 0;

  constructor(private readonly concurrency: number) {}

  enter(now: number): Course {
    const key = Symbol();
    let unwritten = 0;
    this.started.set(key, now);
    return {
      over: () => {
        this.started.delete(key);
        this.unwritten += 1;
        unwritten = 1;
        this.ended.wake();
      },
      end: () => {
        this.started.delete(key);
        this.unwritten -= unwritten;
        this.ended.wake();
      },
    };
  }

  /** How many more may begin. */
  free(now: number): number {
    const { size } = this.started;
    const withoutSlow = this.concurrency - (size - this.slow(now));
    const withSlow = this.concurrency * SLOW_FACTOR - size;
    return Math.max(0, Math.min(withoutSlow, withSlow, this.concurrency * UNWRITTEN_FACTOR - this.unwritten));
  }

  /**
   * Resolves when a quarter of all may begin, since a claim for a few costs as much as one for many. Waits for no
   * slow one.
   * @param isOver nobody wants it any more; looked at whenever one ends
   */
  async room(isOver: () => boolean): Promise<void> {
    const wanted = this.concurrency / 4;
    while (!isOver() && this.busy && this.free(performance.now()) < wanted) {
      await this.ended.next(this.ended.mark, SLOW_MS / 4);
    }
  }

  /** Resolves when nothing is under way. */
  async none(): Promise<void> {
    while (this.busy) await this.ended.next(this.ended.mark, SLOW_MS);
  }

  private get busy(): boolean {
    return this.started.size > 0 || this.unwritten > 0;
  }

  private slow(now: number): number {
    let slow = 0;
    for (const at of this.started.values()) {
      if (now - at < SLOW_MS) break;
      slow += 1;
    }
    return slow;
  }
}
