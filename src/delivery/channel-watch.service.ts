import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { onceOverReplicas } from '../database/once';
import type { NewEvent } from '../events/domain-event';
import { EventLog } from '../events/event-log';
import { ChannelEntity } from './channel.entity';
import { channelData } from './channel-data';
import { EndedQueues } from './ended-queues.consumer';
import { percentOf, warningOf } from './failing.policy';

/** What is long without success: locked in the order of ids, as everywhere. Served by `delivery_channel_failing`. */
const FAILING = `
  SELECT id FROM delivery_channel
  WHERE failing_since IS NOT NULL AND failing_since <= $1 AND state = 'enabled' AND kind <> 'contact'
  ORDER BY id FOR NO KEY UPDATE`;

/** Warns the owners of channels that fail for long, and disables these in the end. */
@Injectable()
export class ChannelWatch {
  private readonly disableAfterMs: number;

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly queues: EndedQueues,
    @Inject(CONFIG) config: Config,
  ) {
    this.disableAfterMs = config.delivery.disableAfterMs;
  }

  /** Warns at 50, 70 and 90 % of the time, once each, and disables at 100 %. */
  async look(now: Date): Promise<void> {
    const disabled = await onceOverReplicas(this.dataSource, 'delivery.channels', async (tx) => {
      const halfway = new Date(now.getTime() - this.disableAfterMs / 2);
      const rows = await tx.query<{ id: string }[]>(FAILING, [halfway]);
      const events: NewEvent[] = [];
      for (const { id } of rows) {
        const channel = await tx.findOneByOrFail(ChannelEntity, { id });
        const event = await this.judge(tx, channel, now);
        if (event) events.push(event);
      }
      await this.log.append(tx, events);
      return events.filter(({ type }) => type === 'tuatahi.channel.disabled').map(({ subject }) => subject);
    });
    await this.queues.empty(disabled ?? []);
  }

  /** A receiver that says that nobody wants anything there any more (410): at once. */
  async disableGone(channelId: string): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const channel = await tx.findOne(ChannelEntity, {
        where: { id: channelId, state: 'enabled' },
        lock: { mode: 'for_no_key_update' },
      });
      if (channel) await this.log.append(tx, [await this.disable(tx, channel, 'gone')]);
    });
    await this.queues.empty([channelId]);
  }

  private async judge(tx: EntityManager, channel: ChannelEntity, now: Date): Promise<NewEvent | undefined> {
    const { failingSince } = channel;
    if (!failingSince) return undefined;
    const percent = warningOf(percentOf(failingSince, now, this.disableAfterMs), channel.warnedPercent);
    if (percent === undefined) return undefined;
    if (percent === 100) return this.disable(tx, channel, 'failing');
    await tx.update(ChannelEntity, { id: channel.id }, { warnedPercent: percent });
    const disabledAt = new Date(failingSince.getTime() + this.disableAfterMs).toISOString();
    return {
      ...about(channel),
      type: 'tuatahi.channel.failing',
      data: { ...channelData(channel), failingSince: failingSince.toISOString(), disabledAt, percent },
    };
  }

  private async disable(
    tx: EntityManager,
    channel: ChannelEntity,
    reason: 'failing' | 'gone',
  ): Promise<NewEvent> {
    await tx.update(ChannelEntity, { id: channel.id }, { state: 'disabled' });
    const { failingSince } = channel;
    return {
      ...about(channel),
      type: 'tuatahi.channel.disabled',
      data: {
        ...channelData(channel),
        reason,
        ...(failingSince && { failingSince: failingSince.toISOString() }),
      },
    };
  }
}

function about({ id, partyId }: ChannelEntity) {
  return { source: '/tuatahi', subject: id, partyIds: [partyId], correlationId: null };
}
