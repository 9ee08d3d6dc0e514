import type { ItasApi, Peeked } from './itas-api';
import { ItasFailure, MailboxGone } from './itas-failure';
import type { ItasMetrics } from './itas.metrics';
import type { Taken } from './mailbox-intake';
import type { MailboxRegistration } from './mailbox-registration';
import type { PatientIntake } from './patient-intake';

/** A mailbox that was there after all when ITAS said that it is not is not asked after again for so long. */
const BELIEVED_MS = 600_000;

export type StepOutcome =
  /** No message has come within the poll. */
  | { readonly kind: 'idle' }
  /** A message was taken in and confirmed. `waiting`: how many were in the mailbox with it, if ITAS tells. */
  | (Taken & { readonly kind: 'taken'; readonly waiting?: number })
  /** Broken off where nothing was begun that would have to be finished. */
  | { readonly kind: 'stopped' }
  /** Something failed; the message comes again. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** What may end a step before its time. */
export interface StepSignals {
  /** Nothing new is begun; a message that has been found is still taken in. Aborted also with the other. */
  readonly stop: AbortSignal;
  /** The mailbox is not ours any more, or time is up: what waits for ITAS is broken off. */
  readonly abandon: AbortSignal;
}

/**
 * One message of the mailbox, from the poll to its confirmation: peek, receive with a lock, store, confirm.
 * Wherever it is broken off, the message comes again: it is confirmed only after it is stored, and stored once.
 */
export class Mailbox {
  private subscriberId: string | undefined;
  private believedUntil = 0;
  /** Asked for with the confirmation before it. Never rejects; undefined: ask again. */
  private next: Promise<Peeked | undefined> | undefined;
  /** The last message that was confirmed, and how often it has come again right after that. */
  private confirmed: { readonly messageId?: string; readonly again: number } = { again: 0 };

  constructor(
    private readonly api: ItasApi,
    private readonly registration: MailboxRegistration,
    private readonly intake: PatientIntake,
    private readonly metrics: ItasMetrics,
  ) {}

  /** The next step registers and subscribes first, as far as that is not done. */
  reopen(): void {
    this.subscriberId = undefined;
    this.believedUntil = 0;
    this.next = undefined;
  }

  /** Never throws. */
  async step(signals: StepSignals): Promise<StepOutcome> {
    const { stop } = signals;
    try {
      this.subscriberId ??= await this.registration.ensure(stop);
      await this.registration.tryAgain(stop);
      const peeked = (await this.lookedAhead()) ?? (await this.peek(this.subscriberId, stop));
      if (!peeked) return { kind: 'idle' };
      return await this.take(this.subscriberId, peeked, signals);
    } catch (error) {
      if (stop.aborted) return { kind: 'stopped' };
      return { kind: 'failed', error };
    }
  }

  private async peek(subscriberId: string, signal: AbortSignal): Promise<Peeked | undefined> {
    try {
      return await this.api.peek(subscriberId, signal);
    } catch (error) {
      if (!(error instanceof MailboxGone)) throw error;
      if (performance.now() < this.believedUntil) return undefined;
      this.subscriberId = undefined;
      const lost = await this.registration.renew(subscriberId, signal);
      if (lost) this.metrics.mailboxLost(new Date());
      this.subscriberId = await this.registration.ensure(signal);
      if (lost) return this.api.peek(this.subscriberId, signal);
      // It was there after all: this is how the server says that it is empty.
      this.believedUntil = performance.now() + BELIEVED_MS;
      return undefined;
    }
  }

  private lookedAhead(): Promise<Peeked | undefined> | undefined {
    const { next } = this;
    this.next = undefined;
    return next;
  }

  /** The message after one that is just being confirmed, or nothing, if ITAS has not heard of that yet. */
  private async lookAhead(
    subscriberId: string,
    confirmed: string,
    stop: AbortSignal,
  ): Promise<Peeked | undefined> {
    const peeked = await this.api.peek(subscriberId, stop).catch(() => undefined);
    return peeked?.messageId === confirmed ? undefined : peeked;
  }

  private async take(
    subscriberId: string,
    peeked: Peeked,
    { stop, abandon }: StepSignals,
  ): Promise<StepOutcome> {
    const { messageId, waiting = 0 } = peeked;
    const received = await this.api.receive(subscriberId, peeked, abandon);
    abandon.throwIfAborted();
    const taken = await this.intake.take(messageId, received.original);
    this.metrics.taken('mailbox', taken.as);
    const confirmed = this.api.confirm(subscriberId, messageId, received, abandon);
    // With more in the mailbox the next is asked for meanwhile. It is taken only after this one was confirmed.
    const next = waiting > 1 ? this.lookAhead(subscriberId, messageId, stop) : undefined;
    await confirmed;
    this.next = next;
    this.noteConfirmed(messageId);
    return { kind: 'taken', ...taken, ...(peeked.waiting !== undefined && { waiting }) };
  }

  /**
   * A message may be in the mailbox twice. One that comes again and again is not taken out of it, whatever ITAS says.
   * @throws ItasFailure then, so that it is told, and not done as fast as can be
   */
  private noteConfirmed(messageId: string): void {
    const again = messageId === this.confirmed.messageId ? this.confirmed.again + 1 : 0;
    this.confirmed = { messageId, again };
    if (again > 1) throw new ItasFailure('ITAS brings a message again that was confirmed');
  }
}
