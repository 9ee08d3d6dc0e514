import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../auth/caller';
import { findChannel } from '../delivery/find-channels';
import { NotificationLog } from '../delivery/notification-log.service';
import { EventCatalogue } from '../events/event-catalogue';
import type { InvalidField } from '../fields/invalid-field';
import { invalidInput } from '../problems/problems';
import type { ExplanationAnswer } from './dto/explanation.answer';
import {
  NotificationAnswer,
  type NotificationPage,
  NotificationWithAttempts,
} from './dto/notification.answer';
import type { NotificationQueryDto } from './dto/notification.query';
import { eventMatcher } from './event-matcher';
import { Explanations } from './explanations.service';
import type { FilterEntry } from './filter';
import { instantOf } from './instant';
import { noEventType, subscribersTo } from './search-by-type';
import { SubscriptionEntity } from './subscription.entity';
import { unknownNotification } from './tuatahi.problems';

/** What a party can see of the delivery log: its own. */
@Injectable()
export class Notifications {
  constructor(
    private readonly log: NotificationLog,
    private readonly explanations: Explanations,
    private readonly catalogue: EventCatalogue,
    private readonly dataSource: DataSource,
  ) {}

  /** @throws invalidInput */
  async list(query: NotificationQueryDto, { partyId }: Caller): Promise<NotificationPage> {
    const { status, channelId, eventType, transactionId, attribute, limit, cursor } = query;
    const { items, ...next } = await this.log.list(
      {
        partyId,
        status,
        channelId,
        eventType,
        transactionId,
        createdFrom: instantOf(query.createdFrom),
        createdTo: instantOf(query.createdTo),
        subscriptionIds: await this.subscriptionsOf(query, partyId),
        matches: attribute === undefined ? undefined : eventMatcher(this.catalogue, entryOf(attribute)),
      },
      { limit, cursor },
    );
    return { items: items.map((row) => new NotificationAnswer(row)), ...next };
  }

  /** @throws unknownNotification */
  async get(id: string, { partyId }: Caller): Promise<NotificationWithAttempts> {
    const row = await this.log.find(partyId, id);
    if (!row) throw unknownNotification(`You have no notification ${id}.`);
    return new NotificationWithAttempts(row, await this.log.attemptsAt(id));
  }

  /** @throws invalidInput, unknownSubscription, unknownEvent */
  async explain(
    event: string,
    subscriptionId: string | undefined,
    caller: Caller,
  ): Promise<ExplanationAnswer> {
    if (subscriptionId === undefined) {
      throw refusal({ pointer: '?subscriptionId', detail: 'is required with explain', keyword: 'required' });
    }
    return this.explanations.explain(event, subscriptionId, caller);
  }

  /**
   * The subscriptions that a query can be about, by what it says of channel and type: there is an index by
   * subscription, but none by those. Undefined: all. @throws invalidInput for a type that there is not
   */
  private async subscriptionsOf(
    { subscriptionId, channelId, eventType }: NotificationQueryDto,
    partyId: string,
  ): Promise<string[] | undefined> {
    const { manager } = this.dataSource;
    const ofType = eventType === undefined ? undefined : await this.subscriptionsTo(eventType, partyId);
    if (subscriptionId !== undefined) return [subscriptionId];
    if (channelId !== undefined) {
      const channel = await findChannel(manager, { id: channelId, partyId });
      return channel ? [channel.subscriptionId] : [];
    }
    return ofType;
  }

  private async subscriptionsTo(eventType: string, partyId: string): Promise<string[]> {
    const subscriptions = await this.dataSource.manager.find(SubscriptionEntity, {
      select: { id: true, eventType: true },
      where: { partyId },
    });
    const found = subscribersTo(eventType, subscriptions, this.catalogue);
    if (!found) throw refusal(noEventType('?eventType'));
    return found.map(({ id }) => id);
  }
}

function entryOf(attribute: string): FilterEntry {
  const colon = attribute.indexOf(':');
  return { [attribute.slice(0, colon)]: attribute.slice(colon + 1) };
}

function refusal(error: InvalidField): Error {
  return invalidInput('The query parameters to mend are in errors.', { errors: [error] });
}
