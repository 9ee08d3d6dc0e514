import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../auth/caller';
import { Channels } from '../delivery/channels.service';
import { EndedQueues } from '../delivery/ended-queues.consumer';
import { EventLog } from '../events/event-log';
import { invalidInput } from '../problems/problems';
import type { SubscriptionAnswer } from './dto/subscription.answer';
import type { UpdateSubscription } from './dto/update-subscription.request';
import { toExpiresOn } from './expires-on.policy';
import { expiryOf } from './expiry-of';
import { ownSubscription } from './own-subscription';
import { subscriptionAnswer } from './subscription-answers';
import { SubscriptionEntity } from './subscription.entity';
import { subscriptionEvent } from './subscription-event';

/** When subscriptions end, as their owners want it. */
@Injectable()
export class SubscriptionEnds {
  constructor(
    private readonly dataSource: DataSource,
    private readonly channels: Channels,
    private readonly queues: EndedQueues,
    private readonly log: EventLog,
  ) {}

  /** Sets when it ends, and revives one that has expired. @throws unknownSubscription, invalidInput */
  async update(
    id: string,
    request: UpdateSubscription,
    caller: Caller,
    transactionId: string,
    now: Date,
  ): Promise<SubscriptionAnswer> {
    const expiresAt = newExpiryOf(request, now);
    return this.dataSource.transaction(async (tx) => {
      const subscription = await ownSubscription(tx, id, caller, { lock: true });
      const before = {
        previousExpiresAt: subscription.expiresAt.toISOString(),
        // Between its end and the job that says so it is not matched either.
        revived: subscription.state === 'expired' || subscription.expiresAt <= now,
      };
      const change = {
        expiresAt,
        expiresOn: toExpiresOn(expiresAt),
        state: 'active',
        warnedDays: [] as number[],
        ...(before.revived && { unmatchedAfter: subscription.sequence }),
      } as const;
      await tx.update(SubscriptionEntity, { id }, change);
      if (before.revived) await this.channels.revive(tx, id);
      Object.assign(subscription, change);
      const event = subscriptionEvent('tuatahi.subscription.extended', subscription, transactionId);
      const answer = await subscriptionAnswer(tx, subscription);
      await this.log.append(tx, [{ ...event, data: { ...event.data, ...before } }]);
      return answer;
    });
  }

  /** What is queued for it is cancelled. @throws unknownSubscription */
  async delete(id: string, caller: Caller, transactionId: string): Promise<void> {
    const channelIds = await this.dataSource.transaction(async (tx) => {
      const subscription = await ownSubscription(tx, id, caller, { lock: true });
      await tx.update(SubscriptionEntity, { id }, { state: 'deleted' });
      const ended = await this.channels.end(tx, id);
      await this.log.append(tx, [
        subscriptionEvent('tuatahi.subscription.deleted', subscription, transactionId),
      ]);
      return ended;
    });
    await this.queues.empty(channelIds);
  }
}

const NOTHING_SET = [
  { pointer: '/expiresOn', keyword: 'required', detail: 'is required: it is all that can be set' },
];

function newExpiryOf({ expiresOn }: UpdateSubscription, now: Date): Date {
  if (expiresOn == null) throw invalidInput('At least one property must be set.', { errors: NOTHING_SET });
  return expiryOf(expiresOn, now);
}
