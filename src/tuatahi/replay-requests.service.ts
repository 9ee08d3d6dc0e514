import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../auth/caller';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { NotificationLog } from '../delivery/notification-log.service';
import type { NotificationQuery } from '../delivery/notification-conditions';
import {
  Replays,
  type ReplayItem,
  type ReplayProgress,
  type ReplaySelection,
} from '../delivery/replays.service';
import { forbidden, invalidInput } from '../problems/problems';
import type { ReplayAnswer, SingleReplayAnswer } from './dto/replay.answer';
import type { ReplayRequest } from './dto/replay.request';
import { conditionsOf, type FilterEntry } from './filter';
import { findInvalidFilters } from './find-invalid-filters';
import { SubscriptionEntity } from './subscription.entity';
import { notReplayable, unknownNotification, unknownReplay } from './tuatahi.problems';

/** Items that one answer names. */
const NAMED = 1000;

/** Replays as a party asks for them: of its own notifications, whatever it asks. */
@Injectable()
export class ReplayRequests {
  constructor(
    private readonly dataSource: DataSource,
    private readonly replays: Replays,
    private readonly notifications: NotificationLog,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws forbidden, invalidInput */
  async bulk(request: ReplayRequest, caller: Caller): Promise<ReplayAnswer> {
    const effective = this.effective(request, caller);
    const selection = await this.selectionFor(effective, caller);
    if (request.dryRun) {
      const items = await this.replays.select(selection);
      return answerOf(randomUUID(), effective, items, 'DryRun');
    }
    const { id, items } = await this.replays.start(selection, effective);
    return answerOf(id, effective, items, 'Queued');
  }

  /** @throws unknownNotification, notReplayable */
  async single(id: string, { partyId }: Caller): Promise<SingleReplayAnswer> {
    const notification = await this.notifications.find(partyId, id);
    if (!notification) throw unknownNotification(`You have no notification ${id}.`);
    if (notification.status === 'pending') throw notReplayable('It is queued already.');
    const live = (await this.isLive(notification.subscription_id)) ? [notification.subscription_id] : [];
    const selection = { query: { partyId, id }, live, limit: 1 };
    const [item] = await this.replays.select(selection);
    if (!item) throw notReplayable('Another replay has it in hand.');
    if (!item.deliverable) throw notReplayable('Its channel is disabled, or its subscription has ended.');
    const { id: replayId, items } = await this.replays.start(selection, { id });
    if (items.length === 0) throw notReplayable('Another replay has it in hand.');
    return { id, replayId, status: 'Queued' };
  }

  /** @throws unknownReplay */
  async progress(id: string, { partyId }: Caller): Promise<ReplayProgress> {
    return known(id, await this.replays.progress(partyId, id));
  }

  /** @throws unknownReplay */
  async cancel(id: string, { partyId }: Caller): Promise<ReplayProgress> {
    return known(id, await this.replays.cancel(partyId, id));
  }

  /** With what was absent filled in, and the limit that is applied. */
  private effective(request: ReplayRequest, { clientId, organisation, scopes }: Caller): ReplayRequest {
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

  private async selectionFor(request: ReplayRequest, caller: Caller): Promise<ReplaySelection> {
    const { partyId } = caller;
    const { id, status, event, limit, clientId, organisation } = request;
    const entry = entryOf(event?.attributes);
    const subscriptions = await this.dataSource.manager.find(SubscriptionEntity, {
      select: { id: true, state: true, expiresAt: true },
      where: { partyId, clientId: clientId ?? '', organisation: organisation ?? '' },
    });
    const now = Date.now();
    const query: NotificationQuery = {
      partyId,
      id: id ?? undefined,
      status,
      subscriptionIds: subscriptions.map((subscription) => subscription.id),
      eventType: event?.eventType ?? undefined,
      createdFrom: instant(event?.createdFrom),
      createdTo: instant(event?.createdTo),
      ...(entry && { attributes: [conditionsOf(entry)] }),
    };
    const live = subscriptions
      .filter(({ state, expiresAt }) => state === 'active' && expiresAt.getTime() > now)
      .map((subscription) => subscription.id);
    return { query, live, limit };
  }

  private async isLive(id: string): Promise<boolean> {
    const found = await this.dataSource.manager.findOneBy(SubscriptionEntity, { id, state: 'active' });
    return found !== null && found.expiresAt > new Date();
  }
}

function known(id: string, progress: ReplayProgress | undefined): ReplayProgress {
  if (!progress) throw unknownReplay(`You have no replay ${id}.`);
  return progress;
}

function instant(text: string | null | undefined): Date | undefined {
  return text == null ? undefined : new Date(text);
}

/** @throws invalidInput */
function entryOf(attributes: Record<string, unknown> | null | undefined): FilterEntry | undefined {
  if (attributes == null) return undefined;
  const errors = findInvalidFilters({ target: 'my', attributes: [attributes] }, undefined).map((error) => ({
    ...error,
    pointer: error.pointer.replace('/filters/attributes/0', '/event/attributes'),
  }));
  if (errors.length > 0) throw invalidInput('The members to mend are in errors.', { errors });
  return attributes as FilterEntry;
}

function answerOf(
  id: string,
  request: ReplayRequest,
  items: readonly ReplayItem[],
  status: 'DryRun' | 'Queued',
): ReplayAnswer {
  const sent = items.filter(({ deliverable }) => deliverable).length;
  return {
    id,
    request,
    results: {
      sent,
      errored: items.length - sent,
      notifications: items
        .slice(0, NAMED)
        .map((item) => ({ id: item.id, status: item.deliverable ? status : 'Errored' })),
    },
  };
}
