import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../auth/caller';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import type { ReplaySelection } from '../delivery/replays.service';
import { EventCatalogue } from '../events/event-catalogue';
import { forbidden } from '../problems/problems';
import type { ReplayRequest } from './dto/replay.request';
import { eventMatcher } from './event-matcher';
import type { FilterEntry } from './filter';
import { findInvalidFilters } from './find-invalid-filters';
import { instantOf } from './instant';
import { invalidMembers } from './invalid-members';
import { noEventType, subscribersTo } from './search-by-type';
import { SubscriptionEntity } from './subscription.entity';

/** What a request for a replay is about: never anything of another party. */
@Injectable()
export class ReplaySelections {
  constructor(
    private readonly dataSource: DataSource,
    private readonly catalogue: EventCatalogue,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** With what was absent filled in, and the limit that is applied. @throws forbidden */
  effective(request: ReplayRequest, { clientId, organisation, scopes }: Caller): ReplayRequest {
    const asked = {
      clientId: request.clientId ?? clientId,
      organisation: request.organisation ?? organisation,
    };
    const isOther = asked.clientId !== clientId || asked.organisation !== organisation;
    if (isOther && !scopes.has('notifications:admin')) {
      throw forbidden('Another clientId or organisation than yours needs the scope "notifications:admin".');
    }
    const { id, event, dryRun } = request;
    return {
      ...(id != null && { id }),
      status: request.status ?? 'fail',
      ...(event != null && { event }),
      limit: Math.min(request.limit, this.config.delivery.replayMaxLimit),
      ...asked,
      dryRun,
    };
  }

  /** @throws invalidInput */
  async of(
    { id, status, event, limit, clientId = '', organisation = '' }: ReplayRequest,
    { partyId }: Caller,
  ): Promise<ReplaySelection> {
    const entry = entryOf(event?.attributes);
    const eventType = event?.eventType ?? undefined;
    const all = await this.dataSource.manager.find(SubscriptionEntity, {
      select: { id: true, state: true, expiresAt: true, eventType: true },
      where: { partyId, clientId, organisation },
    });
    const subscriptions = eventType === undefined ? all : subscribersTo(eventType, all, this.catalogue);
    if (!subscriptions) throw invalidMembers([noEventType('/event/eventType')]);
    const now = new Date();
    return {
      query: {
        partyId,
        id: id ?? undefined,
        status,
        subscriptionIds: subscriptions.map((subscription) => subscription.id),
        eventType,
        createdFrom: instantOf(event?.createdFrom),
        createdTo: instantOf(event?.createdTo),
        matches: entry && eventMatcher(this.catalogue, entry),
      },
      live: subscriptions
        .filter((subscription) => isLive(subscription, now))
        .map((subscription) => subscription.id),
      limit,
    };
  }

  /** One notification, whatever became of it. */
  async ofOne(id: string, subscriptionId: string, { partyId }: Caller): Promise<ReplaySelection> {
    const found = await this.dataSource.manager.findOneBy(SubscriptionEntity, { id: subscriptionId });
    const live = found && isLive(found, new Date()) ? [subscriptionId] : [];
    return { query: { partyId, id }, live, limit: 1 };
  }

  /** Why nothing is delivered for a channel, and what its owner can do about it. */
  async whyNot(subscriptionId: string, channelId: string): Promise<string> {
    const found = await this.dataSource.manager.findOneBy(SubscriptionEntity, { id: subscriptionId });
    const path = `/tuatahi/subscriptions/${subscriptionId}`;
    if (!found || found.state === 'deleted') {
      return 'Its subscription was deleted: it can not be delivered any more.';
    }
    if (!isLive(found, new Date())) return `Its subscription has expired: PATCH the expiresOn of ${path}.`;
    return `Its channel is disabled: POST ${path}/channels/${channelId}/enable.`;
  }
}

function isLive({ state, expiresAt }: SubscriptionEntity, now: Date): boolean {
  return state === 'active' && expiresAt > now;
}

/** @throws invalidInput */
function entryOf(attributes: Record<string, unknown> | null | undefined): FilterEntry | undefined {
  if (attributes == null) return undefined;
  const errors = findInvalidFilters({ target: 'my', attributes: [attributes] }, undefined).map((error) => ({
    ...error,
    pointer: error.pointer.replace('/filters/attributes/0', '/event/attributes'),
  }));
  if (errors.length > 0) throw invalidMembers(errors);
  return attributes as FilterEntry;
}
