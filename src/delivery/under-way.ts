/** From then on a delivery is slow. */
const SLOW_MS = 2000;

/** For each delivery that may be under way, so many slow ones may be. */
const SLOW_FACTOR = 4;

/**
 * What is under way in this process. Slow deliveries do not use up the room of the others: they only wait, and
 * receivers that hang would otherwise hold up all; but there is an end to their number.
 */
export class UnderWay {
  /** Times of start, oldest first. */
  private readonly started = new Map<symbol, number>();
  private readonly waiting = new Set<() => void>();

  constructor(private readonly concurrency: number) {}

  /** @returns what to call at the end */
  enter(now: number): () => void {
    const key = Symbol();
    this.started.set(key, now);
    return () => {
      this.started.delete(key);
      this.wake();
    };
  }

  /** How many more may begin. */
  free(now: number): number {
    const { size } = this.started;
    const withoutSlow = this.concurrency - (size - this.slow(now));
    return Math.max(0, Math.min(withoutSlow, this.concurrency * SLOW_FACTOR - size));
  }

  /** Resolves when one has ended, or at `wake`. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.waiting.delete(done);
        resolve();
      };
      this.waiting.add(done);
    });
  }

  wake(): void {
    for (const done of this.waiting) done();
  }

  /** Resolves when so many may begin: a claim for a few costs as much as one for many. Waits for no slow one. */
  async room(wanted: number): Promise<void> {
    while (this.started.size > 0 && this.free(Date.now()) < wanted) {
      const timer = setTimeout(() => this.wake(), SLOW_MS / 4);
      await this.change();
      clearTimeout(timer);
    }
  }

  /** Resolves when nothing is under way. */
  async none(): Promise<void> {
    while (this.started.size > 0) await this.change();
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
