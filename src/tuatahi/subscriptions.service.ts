import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, In, Not } from 'typeorm';
import type { Caller } from '../auth/caller';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { ChannelEntity } from '../delivery/channel.entity';
import { Channels, type CreatedChannel } from '../delivery/channels.service';
import { EndedQueues } from '../delivery/ended-queues.consumer';
import { EventLog } from '../events/event-log';
import { invalidInput } from '../problems/problems';
import { channelsOf } from './channels-of';
import type { CreateSubscription } from './dto/create-subscription.request';
import { SubscriptionAnswer } from './dto/subscription.answer';
import type { UpdateSubscription } from './dto/update-subscription.request';
import { InvalidExpiresOn, toExpiresOn, toExpiry } from './expires-on.policy';
import { ownSubscription } from './own-subscription';
import { refuseDuplicate } from './refuse-duplicate';
import { SubscriptionEntity } from './subscription.entity';
import { subscriptionEvent } from './subscription-event';
import { tooManySubscriptions } from './tuatahi.problems';

/** The subscriptions of parties: each sees, changes and counts only its own. */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly channels: Channels,
    private readonly queues: EndedQueues,
    private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws invalidInput, tooManySubscriptions, duplicateSubscription */
  async create(
    request: CreateSubscription,
    { partyId, clientId, organisation }: Caller,
    transactionId: string,
    now: Date,
  ): Promise<SubscriptionAnswer> {
    const expiresAt = expiryOf(request.expiresOn, now);
    return this.dataSource.transaction(async (tx) => {
      await this.refuseTooMany(tx, partyId);
      const channels = channelsOf(request, partyId);
      await refuseDuplicate(tx, channels);
      const id = randomUUID();
      await tx.insert(SubscriptionEntity, {
        id,
        partyId,
        clientId,
        organisation,
        eventType: request.eventType,
        filters: (request.filters ?? null) as object | null,
        contactEmails: request.contactEmails.map(({ email }) => email),
        expiresAt,
        expiresOn: toExpiresOn(expiresAt),
      });
      const created: CreatedChannel[] = [];
      for (const channel of channels) {
        created.push(await this.channels.create(tx, { subscriptionId: id, partyId }, channel));
      }
      const subscription = await tx.findOneByOrFail(SubscriptionEntity, { id });
      await this.log.append(tx, [
        subscriptionEvent('tuatahi.subscription.created', subscription, transactionId),
      ]);
      return new SubscriptionAnswer(
        subscription,
        created.map(({ channel }) => channel),
        new Map(created.map(({ channel, secret }) => [channel.id, secret])),
      );
    });
  }

  async list({ partyId }: Caller): Promise<SubscriptionAnswer[]> {
    const { manager } = this.dataSource;
    const subscriptions = await manager.find(SubscriptionEntity, {
      where: { partyId, state: Not('deleted') },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    return this.answers(manager, subscriptions);
  }

  /** @throws unknownSubscription */
  async get(id: string, caller: Caller): Promise<SubscriptionAnswer> {
    const { manager } = this.dataSource;
    return this.answer(manager, await ownSubscription(manager, id, caller));
  }

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
      const answer = await this.answer(tx, subscription);
      const event = subscriptionEvent('tuatahi.subscription.extended', subscription, transactionId);
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

  private async answer(tx: EntityManager, subscription: SubscriptionEntity): Promise<SubscriptionAnswer> {
    const [answer] = await this.answers(tx, [subscription]);
    if (!answer) throw new Error('one subscription has one answer');
    return answer;
  }

  private async answers(
    tx: EntityManager,
    subscriptions: readonly SubscriptionEntity[],
  ): Promise<SubscriptionAnswer[]> {
    const channels = await tx.find(ChannelEntity, {
      where: { subscriptionId: In(subscriptions.map(({ id }) => id)) },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    const bySubscription = new Map<string, ChannelEntity[]>(subscriptions.map(({ id }) => [id, []]));
    for (const channel of channels) bySubscription.get(channel.subscriptionId)?.push(channel);
    return subscriptions.map(
      (subscription) => new SubscriptionAnswer(subscription, bySubscription.get(subscription.id) ?? []),
    );
  }

  /** The lock makes requests of a party at the same time wait for each other, so that together they can't pass. */
  private async refuseTooMany(tx: EntityManager, partyId: string): Promise<void> {
    const { maxPerParty } = this.config.subscriptions;
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [partyId]);
    const count = await tx.countBy(SubscriptionEntity, { partyId, state: Not('deleted') });
    if (count >= maxPerParty) throw tooManySubscriptions(`A party may have ${maxPerParty} subscriptions.`);
  }
}

const NOTHING_SET = [
  { pointer: '/expiresOn', keyword: 'required', detail: 'is required: it is all that can be set' },
];

function newExpiryOf({ expiresOn }: UpdateSubscription, now: Date): Date {
  if (expiresOn == null) throw invalidInput('At least one property must be set.', { errors: NOTHING_SET });
  return expiryOf(expiresOn, now);
}

function expiryOf(expiresOn: string | undefined, now: Date): Date {
  try {
    return toExpiry(expiresOn, now);
  } catch (error) {
    if (!(error instanceof InvalidExpiresOn)) throw error;
    throw invalidInput('The members to mend are in errors.', { errors: error.invalid });
  }
}
