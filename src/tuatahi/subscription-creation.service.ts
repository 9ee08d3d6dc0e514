import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, Not } from 'typeorm';
import type { Caller } from '../auth/caller';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { Channels, type CreatedChannel } from '../delivery/channels.service';
import { EventLog } from '../events/event-log';
import { channelsOf } from './channels-of';
import { SubscriptionAnswer } from './dto/subscription.answer';
import { toExpiresOn } from './expires-on.policy';
import { expiryOf } from './expiry-of';
import { refuseDuplicate } from './refuse-duplicate';
import type { SubscriptionRequest } from './subscription-rules.pipe';
import { SubscriptionEntity } from './subscription.entity';
import { subscriptionEvent } from './subscription-event';
import { tooManySubscriptions } from './tuatahi.problems';

/** Makes subscriptions: as many as a party may have, and none twice. */
@Injectable()
export class SubscriptionCreation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly channels: Channels,
    private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws invalidInput, tooManySubscriptions, duplicateSubscription */
  async create(
    request: SubscriptionRequest,
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

  /** The lock makes requests of a party at the same time wait for each other, so that together they can't pass. */
  private async refuseTooMany(tx: EntityManager, partyId: string): Promise<void> {
    const { maxPerParty } = this.config.subscriptions;
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [partyId]);
    const count = await tx.countBy(SubscriptionEntity, { partyId, state: Not('deleted') });
    if (count < maxPerParty) return;
    throw tooManySubscriptions(
      `A party may have ${maxPerParty} subscriptions. Expired ones count: ` +
        'see GET /tuatahi/subscriptions, and DELETE one.',
    );
  }
}
