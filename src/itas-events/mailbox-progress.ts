import type { Logger } from 'pino';
import type { StepOutcome } from './mailbox';
import type { MailboxKey } from './mailbox-lease';
import type { MailboxState } from './mailbox-state';

/** How the mailbox does while it is ours: to be written down with the lease, and told in the log. */
export class MailboxProgress {
  private current: MailboxState = {};
  private inARow = 0;
  private leaseError: string | undefined;

  constructor(
    private readonly key: MailboxKey,
    private readonly logger: Logger,
  ) {}

  get state(): MailboxState {
    return this.current;
  }

  /** Steps that have failed, one after the other, up to now. */
  get failures(): number {
    return this.inARow;
  }

  begin(): void {
    this.current = {};
    this.inARow = 0;
    this.leaseError = undefined;
    this.logger.info(this.key, 'polling the mailbox at ITAS');
  }

  end(): void {
    this.logger.info(this.key, 'the mailbox at ITAS is left to others');
  }

  noteStep(outcome: StepOutcome, now: Date): void {
    if (outcome.kind === 'stopped') return;
    if (outcome.kind === 'failed') return this.noteFailure(outcome.error, now);
    if (this.inARow > 0) this.logger.info(this.key, 'the mailbox at ITAS can be read again');
    this.inARow = 0;
    this.current = stateAfter(outcome, now);
  }

  noteNotTaken(error: unknown): void {
    this.logger.warn({ ...this.key, err: error }, 'the mailbox at ITAS can not be taken; trying again');
  }

  /** When none succeeds in time, the mailbox is not ours any more. */
  noteNotRenewed(error: unknown): void {
    const text = textOf(error);
    if (text === this.leaseError) return;
    this.leaseError = text;
    this.logger.warn({ ...this.key, err: error }, 'the mailbox at ITAS can not be kept; trying again');
  }

  private noteFailure(error: unknown, now: Date): void {
    this.inARow += 1;
    const text = textOf(error);
    // Once for each reason: it may go on for hours.
    if (this.inARow === 1 || text !== this.current.error) {
      this.logger.warn({ ...this.key, err: error }, 'the mailbox at ITAS can not be read; trying again');
    }
    this.current = { failingSince: now, ...this.current, error: text };
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

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
