import { setTimeout as sleep } from 'node:timers/promises';
import type { Mailbox, StepOutcome } from './mailbox';
import type { MailboxLease } from './mailbox-lease';
import type { MailboxProgress } from './mailbox-progress';
import { Tenure } from './mailbox-tenure';

/** Between looks at a mailbox that another replica has. */
const STANDBY_MS = 1000;

/** A poll that comes back empty sooner has not waited: its server is asked no more often than this. */
const MIN_IDLE_MS = 1000;

/** After the nth failure in a row, in milliseconds: 1000, 2000, 4000, and then always 5000. */
const backoffMs = (failures: number): number => Math.min(5000, 1000 * 2 ** (failures - 1));

const NEVER = new AbortController().signal;

/** Empties the mailbox, on one replica at a time, until it is stopped. */
export class MailboxPoller {
  private stopping = new AbortController();
  private running: Promise<void> | undefined;
  private tenure: Tenure | undefined;

  /** @param drainMs how long a step may go on when it is stopped */
  constructor(
    private readonly mailbox: Mailbox,
    private readonly lease: MailboxLease,
    private readonly drainMs: number,
    private readonly progress: MailboxProgress,
  ) {}

  start(): void {
    this.running ??= this.loop(this.stopping.signal);
  }

  /** Lets a message that is being taken in be finished; a poll that waits for one is broken off. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.tenure?.requestStop();
    const overdue = setTimeout(() => this.tenure?.requestAbandon(), this.drainMs);
    await this.running;
    clearTimeout(overdue);
    this.running = undefined;
    this.stopping = new AbortController();
  }

  /** One step, if the mailbox is ours or free; it stays ours for the time of the lease. For tests. */
  async runOnce(): Promise<StepOutcome | { readonly kind: 'standby' }> {
    if (!(await this.lease.hold(this.progress.state))) {
      this.mailbox.reopen();
      return { kind: 'standby' };
    }
    const outcome = await this.mailbox.step({ stop: NEVER, abandon: NEVER });
    this.progress.noteStep(outcome, new Date());
    await this.lease.hold(this.progress.state);
    return outcome;
  }

  private async loop(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const since = performance.now();
      try {
        if (await this.lease.hold({})) await this.empty(since, stop);
      } catch (error) {
        this.progress.noteNotTaken(error);
      }
      await pause(STANDBY_MS, stop);
    }
  }

  /** For as long as the mailbox is ours, which it is since then at the latest. */
  private async empty(since: number, stop: AbortSignal): Promise<void> {
    const { progress } = this;
    const tenure = new Tenure(this.lease, since, progress);
    this.tenure = tenure;
    if (stop.aborted) tenure.requestStop();
    this.mailbox.reopen();
    progress.begin();
    try {
      while (!tenure.stop.aborted) await this.next(tenure);
    } finally {
      this.tenure = undefined;
      await tenure.end();
      progress.end();
    }
  }

  private async next(tenure: Tenure): Promise<void> {
    const startedAt = performance.now();
    const outcome = await this.mailbox.step(tenure);
    this.progress.noteStep(outcome, new Date());
    if (outcome.kind === 'failed') await pause(backoffMs(this.progress.failures), tenure.stop);
    else if (outcome.kind === 'idle') {
      await pause(startedAt + MIN_IDLE_MS - performance.now(), tenure.stop);
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
