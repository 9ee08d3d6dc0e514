import { setTimeout as sleep } from 'node:timers/promises';
import type { StepSignals } from './mailbox';
import type { MailboxLease } from './mailbox-lease';
import type { MailboxProgress } from './mailbox-progress';

/** A lease is renewed three times in its duration. */
const RENEWALS = 3;

const GIVE_BACK_MS = 1000;

/**
 * The time during which the mailbox is ours: renews the lease until it is ended, and notices when it is lost,
 * also when the database does not answer any more.
 */
export class Tenure implements StepSignals {
  private readonly stopping = new AbortController();
  private readonly abandoning = new AbortController();
  private readonly renewal: NodeJS.Timeout;
  private expiry: NodeJS.Timeout;
  private renewing: Promise<void> | undefined;

  /**
   * @param since when it was asked for (`performance.now()`)
   * @param progress what is written down with each renewal, and is told of those that fail
   */
  constructor(
    private readonly lease: MailboxLease,
    since: number,
    private readonly progress: Pick<MailboxProgress, 'state' | 'noteNotRenewed'>,
  ) {
    this.expiry = this.expireLater(since);
    this.renewal = setInterval(() => {
      this.renewing ??= this.renew().finally(() => {
        this.renewing = undefined;
      });
    }, lease.durationMs / RENEWALS);
  }

  get stop(): AbortSignal {
    return this.stopping.signal;
  }

  get abandon(): AbortSignal {
    return this.abandoning.signal;
  }

  /** Lets the step under way finish what it has begun. */
  requestStop(): void {
    this.stopping.abort();
  }

  /** Ends the step under way, wherever it is. */
  requestAbandon(): void {
    this.abandoning.abort();
    this.stopping.abort();
  }

  /** Hands the mailbox to whoever comes next. A database that does not answer is not waited for: it expires. */
  async end(): Promise<void> {
    clearInterval(this.renewal);
    await Promise.race([this.giveBack(), sleep(GIVE_BACK_MS, undefined, { ref: false })]);
    clearTimeout(this.expiry);
  }

  /** Not after its time: it may be ours again by then. */
  private async giveBack(): Promise<void> {
    const deadline = performance.now() + GIVE_BACK_MS;
    await this.renewing;
    if (performance.now() < deadline) await this.lease.giveBack().catch(() => undefined);
  }

  private async renew(): Promise<void> {
    const startedAt = performance.now();
    try {
      if (!(await this.lease.hold(this.progress.state))) return this.requestAbandon();
      clearTimeout(this.expiry);
      this.expiry = this.expireLater(startedAt);
    } catch (error) {
      // The next renewal may succeed; if none does, it expires.
      this.progress.noteNotRenewed(error);
    }
  }

  /** The lease began at some time after it was asked for. */
  private expireLater(since: number): NodeJS.Timeout {
    return setTimeout(() => this.requestAbandon(), since + this.lease.durationMs - performance.now());
  }
}
