import type { DomainEvent } from '../events/domain-event';
import type { CatalogueEntry, EventCatalogue, EventView } from '../events/event-catalogue';
import type { Tracing } from '../tracing/tracing';
import { beginAttempt, endAttempt } from './attempt-span';
import type { ChannelSecrets } from './channel-secrets';
import type { Claimed } from './claim';
import { notificationMail } from './email-message';
import type { EmailSender, Mail } from './email-sender';
import { headlineOf } from './headline';
import { messageIdOf } from './mail-ids';
import type { Outgoing } from './outgoing';
import { type Decision, decide } from './retry.policy';
import type { SendOutcome } from './send-outcome';
import { webhookDelivery } from './webhook-delivery';
import type { WebhookSender } from './webhook-sender';

export interface DeliveryOptions {
  readonly timeoutMs: number;
  /** Delays in ms. */
  readonly schedule: readonly number[];
  readonly mailFrom: string;
}

const EVENT_GONE: SendOutcome = { kind: 'failed', error: 'event-gone', durationMs: 0 };

/** One attempt at one notification: compose, send, and decide what follows. */
export class Delivery {
  constructor(
    private readonly catalogue: EventCatalogue,
    private readonly secrets: ChannelSecrets,
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
  attemptSample(outgoing: Outgoing, now: Date): Promise<SendOutcome> {
    const entry = this.entryOf(outgoing);
    return this.send(outgoing, entry, entry.example, now);
  }

  /** With a span for the attempt, when spans are collected: then it is this span that the receiver goes on from. */
  private sendTraced(claimed: Claimed, now: Date): Promise<SendOutcome> {
    const span = beginAttempt(this.tracing, claimed);
    if (!span) return this.sendEvent(claimed, now);
    return this.sendEvent({ ...claimed, traceparent: span.traceparent }, now).then((outcome) => {
      endAttempt(span, outcome);
      return outcome;
    });
  }

  private sendEvent(claimed: Claimed, now: Date): Promise<SendOutcome> {
    const entry = this.entryOf(claimed);
    return this.send(claimed, entry, entry.view(eventOf(claimed)), now);
  }

  private send(outgoing: Outgoing, entry: CatalogueEntry, view: EventView, now: Date): Promise<SendOutcome> {
    if (outgoing.kind !== 'webhook') return this.mails.send(this.mailOf(outgoing, entry, view));
    const { body, headers } = webhookDelivery(outgoing, view, this.secrets.of(outgoing), now);
    return this.webhooks.send({ url: outgoing.target, headers, body, timeoutMs: this.options.timeoutMs });
  }

  private mailOf(outgoing: Outgoing, entry: CatalogueEntry, { eventTimestamp, message }: EventView): Mail {
    const { id, sequence, target: to, kind, sample } = outgoing;
    const { transaction_id: transactionId, replay_id: replayId } = outgoing;
    const { mailFrom: from } = this.options;
    const mail = notificationMail({
      eventType: outgoing.event_type,
      headline: headlineOf(entry, message),
      description: entry.description,
      ...(sequence !== null && { eventId: sequence }),
      eventTimestamp,
      message,
      subscriptionId: outgoing.subscription_id,
      notificationId: id,
      ...(transactionId !== null && { transactionId }),
      ...(replayId !== null && { replayId }),
      to,
      reason: sample ? 'sample' : kind === 'contact' ? 'contact' : 'subscribed',
      contacts: outgoing.contacts ?? [],
      from,
    });
    return { ...mail, to, messageId: messageIdOf(id, replayId, from) };
  }

  private entryOf({ event_type: name }: Outgoing): CatalogueEntry {
    const entry = this.catalogue.get(name);
    if (!entry) throw new Error(`event type ${name} is not in the catalogue any more`);
    return entry;
  }
}

/** As much of it as a view needs. */
function eventOf({ position, domain_type: type, event_time: time, data }: Claimed): DomainEvent {
  return { position: Number(position), type, time: time.toISOString(), data } as DomainEvent;
}
