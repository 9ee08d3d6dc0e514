import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import { NotificationLog } from '../delivery/notification-log.service';
import { Replays, type ReplayItem, type ReplayProgress, TooManyToLookAt } from '../delivery/replays.service';
import type { ReplayAnswer, SingleReplayAnswer } from './dto/replay.answer';
import type { ReplayRequest } from './dto/replay.request';
import { invalidMembers } from './invalid-members';
import { ReplaySelections } from './replay-selections.service';
import { notReplayable, unknownNotification, unknownReplay } from './tuatahi.problems';

/** Items that one answer names. */
const NAMED = 1000;

/** Replays as a party asks for them. */
@Injectable()
export class ReplayRequests {
  constructor(
    private readonly selections: ReplaySelections,
    private readonly replays: Replays,
    private readonly notifications: NotificationLog,
  ) {}

  /** @throws forbidden, invalidInput */
  async bulk(request: ReplayRequest, caller: Caller): Promise<ReplayAnswer> {
    const effective = this.selections.effective(request, caller);
    const selection = await this.selections.of(effective, caller);
    try {
      if (request.dryRun) {
        const items = await this.replays.select(selection);
        return answerOf(randomUUID(), effective, items, 'DryRun');
      }
      const { id, items } = await this.replays.start(selection, effective);
      return answerOf(id, effective, items, 'Queued');
    } catch (error) {
      throw error instanceof TooManyToLookAt ? tooWide(error) : error;
    }
  }

  /** @throws unknownNotification, notReplayable */
  async single(id: string, caller: Caller): Promise<SingleReplayAnswer> {
    const notification = await this.notifications.find(caller.partyId, id);
    if (!notification) throw unknownNotification(`You have no notification ${id}.`);
    if (notification.status === 'pending') throw notReplayable('It is queued already.');
    const selection = await this.selections.ofOne(id, notification.subscription_id, caller);
    const [item] = await this.replays.select(selection);
    if (!item) throw notReplayable(inHand(id));
    if (!item.deliverable) {
      throw notReplayable(
        await this.selections.whyNot(notification.subscription_id, notification.channel_id),
      );
    }
    const started = await this.replays.startOne(selection, item);
    if (started === undefined) throw notReplayable(inHand(id));
    return { id, replayId: started, status: 'Queued' };
  }

  /** @throws unknownReplay */
  async progress(id: string, { partyId }: Caller): Promise<ReplayProgress> {
    return known(id, await this.replays.progress(partyId, id));
  }

  /** @throws unknownReplay */
  async cancel(id: string, { partyId }: Caller): Promise<ReplayProgress> {
    return known(id, await this.replays.cancel(partyId, id));
  }
}

function inHand(id: string): string {
  return `It is being replayed or delivered just now; look at GET /tuatahi/notifications/${id}.`;
}

function tooWide({ most }: TooManyToLookAt): Error {
  const detail = `must be narrowed by createdFrom and createdTo: it would take a look at more than ${most} events`;
  return invalidMembers([{ pointer: '/event/attributes', detail, keyword: 'limit' }]);
}

function known(id: string, progress: ReplayProgress | undefined): ReplayProgress {
  if (!progress) throw unknownReplay(`You have no replay ${id}.`);
  return progress;
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
