import type { Tracing } from '../tracing/tracing';
import { beginAttempt, endAttempt } from './attempt-span';
import type { Claimed } from './claim';
import type { Composed, Composition } from './composition';
import type { EmailSender } from './email-sender';
import type { Outgoing } from './outgoing';
import { type Decision, decide } from './retry.policy';
import type { SendOutcome } from './send-outcome';
import type { WebhookSender } from './webhook-sender';

export interface DeliveryOptions {
  readonly timeoutMs: number;
  /** Delays in ms. */
  readonly schedule: readonly number[];
}

const EVENT_GONE: SendOutcome = { kind: 'failed', error: 'event-gone', durationMs: 0 };

/** One attempt at one notification: compose, send, and decide what follows. */
export class Delivery {
  constructor(
    private readonly composition: Composition,
    private readonly webhooks: WebhookSender,
    private readonly mails: EmailSender,
    private readonly tracing: Tracing,
    private readonly options: DeliveryOptions,
  ) {}

  async attempt(claimed: Claimed, now: Date): Promise<{ outcome: SendOutcome; decision: Decision }> {
    const outcome = claimed.data === null ? EVENT_GONE : await this.sendTraced(claimed, now);
    const decision = decide({
      outcome,
      attempt: claimed.counted_attempts + 1,
      sinceFirstMs: claimed.first_attempt_at ? now.getTime() - claimed.first_attempt_at.getTime() : 0,
      strategy: claimed.error_strategy,
      schedule: this.options.schedule,
      now: new Date(),
      random: Math.random,
    });
    return { outcome, decision };
  }

  /** Ends what is under way; it is tried again elsewhere. */
  breakOff(): void {
    this.webhooks.abort();
    this.mails.abort();
  }

  /** Sends the example of its event type in its place, and leaves it at that. */
  async attemptSample(outgoing: Outgoing, now: Date): Promise<SendOutcome> {
    return this.send(this.composition.ofSample(outgoing, now));
  }

  /** With a span for the attempt, when spans are collected: then it is this span that the receiver goes on from. */
  private sendTraced(claimed: Claimed, now: Date): Promise<SendOutcome> {
    const span = beginAttempt(this.tracing, claimed);
    if (!span) return this.send(this.composition.ofEvent(claimed, now));
    const spanned = { ...claimed, traceparent: span.traceparent };
    return this.send(this.composition.ofEvent(spanned, now)).then((outcome) => {
      endAttempt(span, outcome);
      return outcome;
    });
  }

  private send(composed: Composed): Promise<SendOutcome> {
    if (composed.kind === 'mail') return this.mails.send(composed.mail);
    const { url, headers, body } = composed;
    return this.webhooks.send({ url, headers, body, timeoutMs: this.options.timeoutMs });
  }
}
