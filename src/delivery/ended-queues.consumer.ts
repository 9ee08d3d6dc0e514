import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../config.module';
import type { DomainEvent } from '../events/domain-event';
import { DurableConsumer } from '../events/durable-consumer';
import { cancelQueued } from './cancel-queued';
import { ChannelEntity } from './channel.entity';

/** Of which one takes some 10 to 50 ms; who ends a channel waits for them. */
const PARTS_AT_ONCE = 20;

/**
 * Empties the queues of channels that have ended. Whoever ends one asks for it as soon as that has committed; as a
 * consumer it sees to what was left because a process died in between. It is not done in the same transaction, or
 * everybody would wait for it who deals with the subscription or its channels, the fan-out first of all.
 */
@Injectable()
export class EndedQueues extends DurableConsumer {
  readonly name = 'ended-queues';

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super();
  }

  async handle(events: readonly DomainEvent[]): Promise<void> {
    const channelIds = new Set<string>();
    for (const event of events) for (const id of await this.endedBy(event)) channelIds.add(id);
    if (channelIds.size > 0) await cancelQueued(this.dataSource, [...channelIds]);
  }

  /** Now, as far as that goes quickly. What is left is done when the event's turn comes. */
  async empty(channelIds: readonly string[]): Promise<void> {
    if (channelIds.length === 0) return;
    await cancelQueued(this.dataSource, channelIds, PARTS_AT_ONCE).catch((error: unknown) =>
      this.logger.warn({ err: error, channels: channelIds }, 'queues could not be emptied yet'),
    );
  }

  private async endedBy({ type, data }: DomainEvent): Promise<string[]> {
    if (type === 'tuatahi.channel.disabled') return [data.channelId];
    if (type === 'tuatahi.subscription.deleted' || type === 'tuatahi.subscription.expired') {
      return this.channelsOf(data.subscriptionId);
    }
    return [];
  }

  private async channelsOf(subscriptionId: string): Promise<string[]> {
    const channels = await this.dataSource.manager.find(ChannelEntity, {
      select: { id: true },
      where: { subscriptionId },
    });
    return channels.map(({ id }) => id);
  }
}
