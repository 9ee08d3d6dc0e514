import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../auth/caller';
import type { DomainEvent } from '../events/domain-event';
import { EventCatalogue } from '../events/event-catalogue';
import { EventLog } from '../events/event-log';
import { isUuid } from '../fields/uuid';
import type { ExplanationAnswer } from './dto/explanation.answer';
import { explainEntries } from './explain.policy';
import type { Filters } from './filter';
import { lastChangeBefore } from './last-change';
import { ownSubscription } from './own-subscription';
import type { SubscriptionEntity } from './subscription.entity';
import { unknownEvent } from './tuatahi.problems';

/** Says whether a subscription matches an event, and why. */
@Injectable()
export class Explanations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly catalogue: EventCatalogue,
  ) {}

  /**
   * @param event id or position
   * @throws unknownSubscription; unknownEvent, also for one of other parties
   */
  async explain(event: string, subscriptionId: string, caller: Caller): Promise<ExplanationAnswer> {
    const { manager } = this.dataSource;
    const subscription = await ownSubscription(manager, subscriptionId, caller);
    const found = isUuid(event)
      ? await this.log.findById(manager, event)
      : await this.log.at(manager, Number(event));
    if (!found?.partyIds.includes(caller.partyId)) throw unknownEvent(`You have no event ${event}.`);
    const { id, position, type, time } = found;
    const change = await lastChangeBefore(manager, subscriptionId, position);
    return {
      event: { id, position: String(position), type, time },
      ...this.judge(found, subscription, change ?? { type: '', expires_at: subscription.expiresAt }),
    };
  }

  private judge(
    event: DomainEvent,
    subscription: SubscriptionEntity,
    before: NonNullable<Awaited<ReturnType<typeof lastChangeBefore>>>,
  ): Omit<ExplanationAnswer, 'event'> {
    const { id: subscriptionId, eventType, createdAt } = subscription;
    const no = (because: string) => ({ subscriptionId, matched: false, because, entries: [] });
    const wanted = new Set(this.catalogue.matching(eventType));
    const entry = this.catalogue.entriesOf(event.type).find((each) => wanted.has(each));
    if (!entry) return no(`The subscription is to ${eventType}, which ${event.type} is not.`);
    const time = new Date(event.time);
    if (time < createdAt) return no('The event is older than the subscription.');
    if (before.type === 'tuatahi.subscription.expired' || time >= before.expires_at) {
      return no('The subscription had expired.');
    }
    const filters = subscription.filters as Filters | null;
    const entries = explainEntries(filters, entry.view(event).message);
    if (entries.length === 0) {
      return { subscriptionId, matched: true, because: 'The subscription has no filter.', entries };
    }
    const place = entries.findIndex(({ matched }) => matched);
    const because = place < 0 ? 'No entry of the filter matches.' : `Entry ${place} of the filter matches.`;
    return { subscriptionId, matched: place >= 0, because, entries };
  }
}
