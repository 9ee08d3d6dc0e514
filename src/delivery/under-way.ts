import { Signal } from '../database/signal';

/** From then on a delivery is slow. */
const SLOW_MS = 2000;

/** For each delivery that may be under way, so many slow ones may be. */
const SLOW_FACTOR = 4;

/**
 * What is under way in this process. Slow deliveries do not use up the room of the others: they only wait, and
 * receivers that hang would otherwise hold up all; but there is an end to their number.
 */
export class UnderWay {
  /** Wakes when one has ended. */
  readonly ended = new Signal();
  /** Times of start, oldest first. */
  private readonly started = new Map<symbol, number>();

  constructor(private readonly concurrency: number) {}

  /** @returns what to call at the end */
  enter(now: number): () => void {
    const key = Symbol();
    this.started.set(key, now);
    return () => {
      this.started.delete(key);
      this.ended.wake();
    };
  }

  /** How many more may begin. */
  free(now: number): number {
    const { size } = this.started;
    const withoutSlow = this.concurrency - (size - this.slow(now));
    return Math.max(0, Math.min(withoutSlow, this.concurrency * SLOW_FACTOR - size));
  }

  /**
   * Resolves when a quarter of all may begin, since a claim for a few costs as much as one for many. Waits for no
   * slow one.
   * @param isOver nobody wants it any more; looked at whenever one ends
   */
  async room(isOver: () => boolean): Promise<void> {
    const wanted = this.concurrency / 4;
    while (!isOver() && this.started.size > 0 && this.free(Date.now()) < wanted) {
      await this.ended.next(this.ended.mark, SLOW_MS / 4);
    }
  }

  /** Resolves when nothing is under way. */
  async none(): Promise<void> {
    while (this.started.size > 0) await this.ended.next(this.ended.mark, SLOW_MS);
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
