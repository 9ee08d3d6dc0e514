/** Wakes those who wait for something to do. */
export class Signal {
  private readonly waiting = new Set<() => void>();
  /** Counts wake-ups, so that one that comes between looking and waiting is not missed. */
  private wakeUps = 0;

  /** Take it before looking whether there is something to do, and hand it to `next`. */
  get mark(): number {
    return this.wakeUps;
  }

  /** Resolves when there was a wake-up since the mark, after `timeoutMs`, or when the caller's time has `ended`. */
  async next(mark: number, timeoutMs: number, ended?: AbortSignal): Promise<void> {
    if (mark !== this.wakeUps || ended?.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        ended?.removeEventListener('abort', done);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      ended?.addEventListener('abort', done);
      this.waiting.add(done);
    });
  }

  wake(): void {
    this.wakeUps += 1;
    for (const done of this.waiting) done();
  }
}
