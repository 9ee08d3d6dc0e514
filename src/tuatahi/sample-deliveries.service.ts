import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import type { Caller } from '../auth/caller';
import type { ChannelEntity } from '../delivery/channel.entity';
import { Delivery } from '../delivery/delivery';
import { channelsOfSubscriptions } from '../delivery/find-channels';
import { sampleFor, targetsOf } from '../delivery/outgoing';
import { EventCatalogue } from '../events/event-catalogue';
import { tooManyRequests } from '../problems/problems';
import { SampleAnswer } from './dto/sample.answer';
import { invalidMembers } from './invalid-members';
import { ownChannel, ownSubscription } from './own-subscription';

/** Samples that a party may have sent in a minute, by this process. */
const PER_MINUTE = 30;

/** Sends a sample to one channel at once, outside the queue, the sequence and the ledger. */
@Injectable()
export class SampleDeliveries {
  private readonly limiter = new RateLimiterMemory({ points: PER_MINUTE, duration: 60 });

  constructor(
    private readonly dataSource: DataSource,
    private readonly delivery: Delivery,
    private readonly catalogue: EventCatalogue,
  ) {}

  /** @throws unknownSubscription, unknownChannel, invalidInput, tooManyRequests */
  async send(
    id: string,
    channelId: string | undefined,
    caller: Caller,
    transactionId: string,
  ): Promise<SampleAnswer> {
    const { manager } = this.dataSource;
    const { eventType, contactEmails: contacts } = await ownSubscription(manager, id, caller);
    const channel =
      channelId === undefined
        ? await this.onlyChannel(id)
        : await ownChannel(manager, { id, channelId }, caller);
    const [entry] = this.catalogue.matching(eventType);
    if (!entry) throw new Error(`nothing in the catalogue for ${eventType}`);
    const targets = targetsOf(channel);
    await this.count(caller, targets.length);
    const samples = targets.map((target) => ({ id: randomUUID(), eventType: entry.name, target, contacts }));
    const outcomes = await Promise.all(
      samples.map((sample) =>
        this.delivery.attemptSample(sampleFor(channel, sample, transactionId), new Date()),
      ),
    );
    return new SampleAnswer(channel.id, samples, outcomes);
  }

  private async onlyChannel(subscriptionId: string): Promise<ChannelEntity> {
    const [channel, ...others] = await channelsOfSubscriptions(this.dataSource.manager, [subscriptionId]);
    if (channel && others.length === 0) return channel;
    const detail = 'must name one of the channels, as the subscription has several';
    throw invalidMembers([{ pointer: '/channelId', detail, keyword: 'required' }]);
  }

  private async count({ partyId }: Caller, samples: number): Promise<void> {
    try {
      // A channel with more addresses than that takes all of them.
      await this.limiter.consume(partyId, Math.min(samples, PER_MINUTE));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw tooManyRequests(`A party may have ${PER_MINUTE} samples sent in a minute.`, {
        retryAfterSeconds: Math.ceil(error.msBeforeNext / 1000),
      });
    }
  }
}
