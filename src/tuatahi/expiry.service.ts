import { Injectable } from '@nestjs/common';
import { DataSource, In, LessThanOrEqual } from 'typeorm';
import { onceOverReplicas } from '../database/once';
import { Channels } from '../delivery/channels.service';
import { EndedQueues } from '../delivery/ended-queues.consumer';
import { EventLog } from '../events/event-log';
import { SubscriptionEntity } from './subscription.entity';
import { subscriptionEvent } from './subscription-event';

/** In one transaction; more follow at the next run. */
const AT_ONCE = 500;

/** Ends subscriptions on time. The fan-out looks at the time itself, so nothing is matched after it in any case. */
@Injectable()
export class Expiry {
  constructor(
    private readonly dataSource: DataSource,
    private readonly channels: Channels,
    private readonly queues: EndedQueues,
    private readonly log: EventLog,
  ) {}

  /** @returns how many it has ended, or undefined when another replica is at it */
  async expireDue(now: Date): Promise<number | undefined> {
    const ended = await onceOverReplicas(this.dataSource, 'tuatahi.expiry', async (tx) => {
      const due = await tx.find(SubscriptionEntity, {
        where: { state: 'active', expiresAt: LessThanOrEqual(now) },
        order: { id: 'ASC' },
        take: AT_ONCE,
        lock: { mode: 'pessimistic_write' },
      });
      if (due.length === 0) return { count: 0, channelIds: [] };
      const ids = due.map(({ id }) => id);
      await tx.update(SubscriptionEntity, { id: In(ids) }, { state: 'expired' });
      const channelIds = await this.channels.expire(tx, ids);
      await this.log.append(
        tx,
        due.map((subscription) => subscriptionEvent('tuatahi.subscription.expired', subscription, null)),
      );
      return { count: due.length, channelIds };
    });
    if (ended) await this.queues.empty(ended.channelIds);
    return ended?.count;
  }
}
