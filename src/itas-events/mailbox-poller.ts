import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ItasMetrics } from './itas.metrics';
import type { Mailbox, StepOutcome } from './mailbox';
import type { MailboxLease } from './mailbox-lease';
import type { MailboxState } from './mailbox-state';
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
  private state: MailboxState = {};
  private failures = 0;

  /** @param drainMs how long a step may go on when it is stopped */
  constructor(
    private readonly mailbox: Mailbox,
    private readonly lease: MailboxLease,
    private readonly drainMs: number,
    private readonly metrics: ItasMetrics,
    private readonly logger: Logger,
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
    if (!(await this.lease.hold(this.state))) {
      this.mailbox.reopen();
      return { kind: 'standby' };
    }
    const outcome = this.note(await this.mailbox.step({ stop: NEVER, abandon: NEVER }));
    await this.lease.hold(this.state);
    return outcome;
  }

  private async loop(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const since = performance.now();
      try {
        if (await this.lease.hold({})) await this.empty(since, stop);
      } catch (error) {
        this.logger.warn({ err: error }, 'the mailbox at ITAS can not be taken; trying again');
      }
      await pause(STANDBY_MS, stop);
    }
  }

  /** For as long as the mailbox is ours, which it is since then at the latest. */
  private async empty(since: number, stop: AbortSignal): Promise<void> {
    const tenure = new Tenure(this.lease, since, () => this.state);
    this.tenure = tenure;
    if (stop.aborted) tenure.requestStop();
    this.mailbox.reopen();
    this.state = {};
    this.failures = 0;
    this.logger.info(this.lease.key, 'polling the mailbox at ITAS');
    try {
      while (!tenure.stop.aborted) await this.next(tenure);
    } finally {
      this.tenure = undefined;
      await tenure.end();
      this.logger.info(this.lease.key, 'the mailbox at ITAS is left to others');
    }
  }

  private async next(tenure: Tenure): Promise<void> {
    const startedAt = performance.now();
    const outcome = this.note(await this.mailbox.step(tenure));
    if (outcome.kind === 'failed') await pause(backoffMs(this.failures), tenure.stop);
    else if (outcome.kind === 'idle') {
      await pause(startedAt + MIN_IDLE_MS - performance.now(), tenure.stop);
    }
  }

  private note(outcome: StepOutcome): StepOutcome {
    const now = new Date();
    if (outcome.kind === 'failed') this.noteFailure(outcome.error, now);
    else if (outcome.kind !== 'stopped') {
      if (this.failures > 0) this.logger.info(this.lease.key, 'the mailbox at ITAS can be read again');
      this.failures = 0;
      this.state = stateAfter(outcome, now);
    }
    if (outcome.kind === 'taken') this.metrics.taken('mailbox', outcome.as);
    return outcome;
  }

  private noteFailure(error: unknown, now: Date): void {
    this.failures += 1;
    const text = error instanceof Error ? error.message : String(error);
    // Once for each reason: it may go on for hours.
    if (this.failures === 1 || text !== this.state.error) {
      this.logger.warn(
        { ...this.lease.key, err: error },
        'the mailbox at ITAS can not be read; trying again',
      );
    }
    this.state = { failingSince: now, ...this.state, error: text };
  }
}

function stateAfter(outcome: Exclude<StepOutcome, { kind: 'failed' | 'stopped' }>, now: Date): MailboxState {
  if (outcome.kind === 'idle') return { polledAt: now, waiting: 0, lagMs: 0 };
  const { waiting, enqueuedAt } = outcome;
  return {
    polledAt: now,
    ...(waiting !== undefined && { waiting: Math.max(0, waiting - 1) }),
    ...(enqueuedAt && { lagMs: Math.max(0, now.getTime() - enqueuedAt.getTime()) }),
  };
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
