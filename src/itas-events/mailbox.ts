import type { DataSource } from 'typeorm';
import { inTime } from '../database/in-time';
import { isDatabaseAway } from '../database/is-database-away';
import type { ItasApi, Peeked } from './itas-api';
import { MailboxGone } from './itas-failure';
import type { MailboxIntake, Taken } from './mailbox-intake';
import type { MailboxKey } from './mailbox-lease';
import type { MailboxRegistration } from './mailbox-registration';

/** Attempts at storing a message before it is kept as a dead letter. */
const ATTEMPTS = 10;

/** A mailbox that was there after all when ITAS said that it is not is not asked after again for so long. */
const BELIEVED_MS = 600_000;

/** By the primary key. */
const COUNT_FAILURE = `
  INSERT INTO itas_mailbox AS known (server, name, failing_message_id, failed_attempts) VALUES ($1, $2, $3::uuid, 1)
  ON CONFLICT (server, name) DO UPDATE SET
    failed_attempts =
      CASE WHEN known.failing_message_id = excluded.failing_message_id THEN known.failed_attempts + 1 ELSE 1 END,
    failing_message_id = excluded.failing_message_id
  RETURNING failed_attempts`;

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

  /** @param storeMs how long the database may take with a message: one that hangs must not hold up the mailbox */
  constructor(
    private readonly api: ItasApi,
    private readonly registration: MailboxRegistration,
    private readonly intake: MailboxIntake,
    private readonly dataSource: DataSource,
    private readonly key: MailboxKey,
    private readonly storeMs: number,
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
      this.subscriberId = await this.registration.renew(signal);
      if (this.subscriberId !== subscriberId) return this.api.peek(this.subscriberId, signal);
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
    const taken = await inTime(this.store(messageId, received.original), this.storeMs);
    const confirmed = this.api.confirm(subscriberId, messageId, received, abandon);
    // With more in the mailbox the next is asked for meanwhile. It is taken only after this one was confirmed.
    const next = waiting > 1 ? this.lookAhead(subscriberId, messageId, stop) : undefined;
    await confirmed;
    this.next = next;
    return { kind: 'taken', ...taken, ...(peeked.waiting !== undefined && { waiting }) };
  }

  private async store(messageId: string, original: Buffer): Promise<Taken> {
    try {
      return await this.intake.take(messageId, original);
    } catch (error) {
      // It says nothing about the message; counted, a database that comes and goes would give up innocent ones.
      if (isDatabaseAway(error)) throw error;
      const attempts = await this.countFailure(messageId);
      if (attempts < ATTEMPTS) throw error;
      const text = error instanceof Error ? error.message : String(error);
      return this.intake.giveUp(messageId, original, text, attempts);
    }
  }

  private async countFailure(messageId: string): Promise<number> {
    const [row] = await this.dataSource.query<{ failed_attempts: number }[]>(COUNT_FAILURE, [
      this.key.server,
      this.key.name,
      messageId,
    ]);
    return row?.failed_attempts ?? 1;
  }
}
