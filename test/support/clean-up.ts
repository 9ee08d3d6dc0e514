/**
 * What a program that starts processes and makes folders has to undo, the last first. Ctrl-C and SIGTERM lead
 * here as well, so that nothing stays behind then either.
 */
export class CleanUp {
  private readonly tasks: (() => unknown)[] = [];
  private running: Promise<void> | undefined;

  constructor() {
    for (const [signal, exitCode] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      // Not `once`: under npm one Ctrl-C comes twice, and the second would end it in the middle.
      process.on(signal, () => void this.run().finally(() => process.exit(exitCode)));
    }
  }

  defer(task: () => unknown): void {
    this.tasks.push(task);
  }

  /** Does all that was deferred so far, also when a part of it fails. */
  run(): Promise<void> {
    this.running ??= this.undo().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async undo(): Promise<void> {
    for (let task = this.tasks.pop(); task; task = this.tasks.pop()) {
      try {
        await task();
      } catch (error) {
        process.stderr.write(`could not clean up: ${String(error)}\n`);
      }
    }
  }
}
