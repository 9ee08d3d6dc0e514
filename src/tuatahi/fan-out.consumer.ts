import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { enqueue, type Matched } from '../delivery/enqueue';
import type { DomainEvent } from '../events/domain-event';
import { DurableConsumer } from '../events/durable-consumer';
import { EventCatalogue } from '../events/event-catalogue';
import { LiveSubscriptions } from './live-subscriptions';
import { takeNumbers } from './take-numbers';

/**
 * Matches each event against the live subscriptions, gives it its number in each that matches, and queues its
 * notifications: one transaction with the cursor, so a number is neither left out nor given twice, whatever is
 * killed in between.
 */
@Injectable()
export class FanOut extends DurableConsumer {
  readonly name = 'fan-out';
  /** Subscribers wait for it. */
  override readonly gatherMs = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly catalogue: EventCatalogue,
    private readonly live: LiveSubscriptions,
  ) {
    super();
  }

  /**
   * One batch after the other: what is known of the live subscriptions is of one position, and an event that was
   * parked is handled again at its own, while the loop is at another.
   */
  handle(events: readonly DomainEvent[], tx: EntityManager): Promise<void> {
    const handled = this.turn.then(() => this.fanOut(events, tx));
    this.turn = handled.catch(() => undefined);
    return handled;
  }

  private async fanOut(events: readonly DomainEvent[], tx: EntityManager): Promise<void> {
    const [first] = events;
    if (!first) return;
    try {
      await this.live.bringTo(tx, first.position - 1);
      const matches: Omit<Matched, 'sequence'>[] = [];
      for (const event of events) {
        matches.push(...this.matchesOf(event));
        await this.live.follow(tx, event);
      }
      await enqueue(tx, await takeNumbers(tx, matches));
    } catch (error) {
      // What it has learnt in this transaction is not committed.
      this.live.forget();
      throw error;
    }
  }

  private matchesOf(event: DomainEvent): Omit<Matched, 'sequence'>[] {
    return this.catalogue.entriesOf(event.type).flatMap((entry) =>
      this.live.match(entry.name, event, entry.view(event).message).map(({ id, partyId }) => ({
        subscriptionId: id,
        partyId,
        position: event.position,
        eventType: entry.name,
        transactionId: event.correlationId,
      })),
    );
  }
}
