/** Wakes those who wait for something to do. */
export class Signal {
  private readonly waiting = new Set<() => void>();
  /** Counts wake-ups, so that one that comes between looking and waiting is not missed. */
  private wakeUps = 0;

  /** Take it before looking whether there is something to do, and hand it to `next`. */
  get mark(): number {
    return this.wakeUps;
  }

  /** Resolves when there was a wake-up since the mark, or after `timeoutMs`. */
  async next(mark: number, timeoutMs: number): Promise<void> {
    if (mark !== this.wakeUps) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.waiting.add(done);
    });
  }

  wake(): void {
    this.wakeUps += 1;
    for (const done of this.waiting) done();
  }
}
