import type { CatalogueEntry, EventCatalogue, EventView, ViewedEvent } from '../events/event-catalogue';
import type { ChannelSecrets } from './channel-secrets';
import type { Claimed } from './claim';
import { notificationMail } from './email-message';
import type { Mail } from './email-sender';
import { headlineOf } from './headline';
import { messageIdOf } from './mail-ids';
import type { Outgoing } from './outgoing';
import { webhookDelivery } from './webhook-delivery';
import type { WebhookRequest } from './webhook-sender';

/** What is sent, by whichever way the channel goes. */
export type Composed =
  | ({ readonly kind: 'webhook' } & Omit<WebhookRequest, 'timeoutMs'>)
  | { readonly kind: 'mail'; readonly mail: Mail };

/** Composes what is sent for a notification, signed now. */
export class Composition {
  constructor(
    private readonly catalogue: EventCatalogue,
    private readonly secrets: ChannelSecrets,
    private readonly mailFrom: string,
  ) {}

  ofEvent(claimed: Claimed, now: Date): Composed {
    const entry = this.entryOf(claimed);
    const data = claimed.data as ViewedEvent['data'];
    return this.of(claimed, entry, entry.view({ time: claimed.event_time.toISOString(), data }), now);
  }

  /** With the example of its event type. */
  ofSample(outgoing: Outgoing, now: Date): Composed {
    const entry = this.entryOf(outgoing);
    return this.of(outgoing, entry, entry.example, now);
  }

  private of(outgoing: Outgoing, entry: CatalogueEntry, view: EventView, now: Date): Composed {
    if (outgoing.kind !== 'webhook') return { kind: 'mail', mail: this.mailOf(outgoing, entry, view) };
    const { body, headers } = webhookDelivery(outgoing, view, this.secrets.of(outgoing), now);
    return { kind: 'webhook', url: outgoing.target, headers, body };
  }

  private mailOf(outgoing: Outgoing, entry: CatalogueEntry, { eventTimestamp, message }: EventView): Mail {
    const { id, sequence, target: to, kind, sample } = outgoing;
    const { transaction_id: transactionId, replay_id: replayId } = outgoing;
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
      from: this.mailFrom,
    });
    return { ...mail, to, messageId: messageIdOf(id, replayId, this.mailFrom) };
  }

  private entryOf({ event_type: name }: Outgoing): CatalogueEntry {
    const entry = this.catalogue.get(name);
    if (!entry) throw new Error(`event type ${name} is not in the catalogue any more`);
    return entry;
  }
}
