import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DomainEvent } from '../events/domain-event';
import { DurableConsumer } from '../events/durable-consumer';
import { enqueueNotices } from './enqueue';

/** What the contacts of a subscription are told by mail, besides what it subscribes to. */
const TOLD = [
  'tuatahi.channel.failing',
  'tuatahi.channel.disabled',
  'tuatahi.subscription.expiring',
  'tuatahi.subscription.expired',
] as const;
type Told = DomainEvent<(typeof TOLD)[number]>;

/** Tells the contacts of subscriptions what happens to these. */
@Injectable()
export class ContactNotices extends DurableConsumer {
  readonly name = 'contact-notices';

  async handle(events: readonly DomainEvent[], tx: EntityManager): Promise<void> {
    await enqueueNotices(
      tx,
      events.filter(isTold).map(({ position, type, correlationId, data }) => ({
        subscriptionId: data.subscriptionId,
        position,
        eventType: type,
        transactionId: correlationId,
      })),
    );
  }
}

function isTold(event: DomainEvent): event is Told {
  return (TOLD as readonly string[]).includes(event.type);
}
