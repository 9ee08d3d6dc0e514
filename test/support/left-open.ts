type Close = () => Promise<void>;

/** What tests have opened and not closed yet, so that one that fails leaves nothing behind. */
class LeftOpen {
  private readonly closers = new Set<Close>();

  /** @returns what closes it, once */
  add(close: Close): Close {
    let closing: Promise<void> | undefined;
    const closeOnce: Close = () => {
      this.closers.delete(closeOnce);
      closing ??= close();
      return closing;
    };
    this.closers.add(closeOnce);
    return closeOnce;
  }

  /** What was opened last comes first; also when a part of it fails. */
  async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of [...this.closers].toReversed()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'what was left open can not be closed');
  }
}

/** Closed when the test is over. */
export const leftOpenByTest = new LeftOpen();

/** Closed when the tests of the file are over. */
export const leftOpenByFile = new LeftOpen();
