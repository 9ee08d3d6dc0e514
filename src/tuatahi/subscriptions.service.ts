import { Injectable } from '@nestjs/common';
import { DataSource, Not } from 'typeorm';
import type { Caller } from '../auth/caller';
import type { SubscriptionAnswer } from './dto/subscription.answer';
import { ownSubscription } from './own-subscription';
import { SubscriptionEntity } from './subscription.entity';
import { subscriptionAnswer, subscriptionAnswers } from './subscription-answers';

/** The subscriptions of parties: each sees only its own. */
@Injectable()
export class Subscriptions {
  constructor(private readonly dataSource: DataSource) {}

  async list({ partyId }: Caller): Promise<SubscriptionAnswer[]> {
    const { manager } = this.dataSource;
    const subscriptions = await manager.find(SubscriptionEntity, {
      where: { partyId, state: Not('deleted') },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    return subscriptionAnswers(manager, subscriptions);
  }

  /** @throws unknownSubscription */
  async get(id: string, caller: Caller): Promise<SubscriptionAnswer> {
    const { manager } = this.dataSource;
    return subscriptionAnswer(manager, await ownSubscription(manager, id, caller));
  }
}
