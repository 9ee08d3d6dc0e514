import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, In, IsNull, Not } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { onceOverReplicas } from '../database/once';
import type { NewEvent } from '../events/domain-event';
import { EventLog } from '../events/event-log';
import { ChannelEntity } from './channel.entity';
import { channelEvent } from './channel-event';
import { EndedQueues } from './ended-queues.consumer';
import { percentOf, stepsAt, warningOf } from './failing.policy';

/** In one transaction, for the fan-out waits for the channels that it holds; more follow at the next run. */
const AT_ONCE = 500;

/**
 * Of whom something is to be told now, and nobody else: locked in the order of ids, as everywhere. Served by
 * `delivery_channel_failing`.
 */
const DUE = `
  SELECT id FROM delivery_channel
  WHERE failing_since IS NOT NULL AND state = 'enabled' AND NOT expired AND kind <> 'contact' AND EXISTS (
    SELECT FROM unnest($1::int[], $2::timestamptz[]) AS step (percent, since)
    WHERE percent > warned_percent AND failing_since <= since)
    AND failing_since <= ANY($2::timestamptz[])
  ORDER BY id LIMIT ${AT_ONCE} FOR NO KEY UPDATE SKIP LOCKED`;

/**
 * Those of them that are well after all: what was claimed together with the first that failed did not know of that, and
 * has got through after it. Anything later did know, so only the last are looked at. Served by
 * `delivery_history_of_subscription`.
 */
const WELL_AFTER_ALL = `
  UPDATE delivery_channel c SET failing_since = NULL
  WHERE c.id = ANY($1::uuid[]) AND c.warned_percent = 0 AND EXISTS (
    SELECT FROM (
      SELECT n.channel_id, n.status, n.finished_at FROM delivery_history n
      WHERE n.subscription_id = c.subscription_id AND n.id >= karere_first_uuid(c.failing_since - interval '2 days')
      ORDER BY n.id DESC LIMIT 100
    ) latest
    WHERE latest.channel_id = c.id AND latest.status = 'sent' AND latest.finished_at > c.failing_since)`;

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
      const events: NewEvent[] = [];
      for (const channel of await this.due(tx, now)) {
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

  private async due(tx: EntityManager, now: Date): Promise<ChannelEntity[]> {
    const { percents, since } = stepsAt(now, this.disableAfterMs);
    const ids = (await tx.query<{ id: string }[]>(DUE, [percents, since])).map(({ id }) => id);
    if (ids.length === 0) return [];
    await tx.query(WELL_AFTER_ALL, [ids]);
    return tx.find(ChannelEntity, {
      where: { id: In(ids), failingSince: Not(IsNull()) },
      order: { id: 'ASC' },
    });
  }

  private async judge(tx: EntityManager, channel: ChannelEntity, now: Date): Promise<NewEvent | undefined> {
    const { failingSince } = channel;
    if (!failingSince) return undefined;
    const percent = warningOf(percentOf(failingSince, now, this.disableAfterMs), channel.warnedPercent);
    if (percent === undefined) return undefined;
    if (percent === 100) return this.disable(tx, channel, 'failing');
    await tx.update(ChannelEntity, { id: channel.id }, { warnedPercent: percent });
    const disabledAt = new Date(failingSince.getTime() + this.disableAfterMs).toISOString();
    const event = channelEvent('tuatahi.channel.failing', channel, null);
    return {
      ...event,
      data: { ...event.data, failingSince: failingSince.toISOString(), disabledAt, percent },
    };
  }

  private async disable(
    tx: EntityManager,
    channel: ChannelEntity,
    reason: 'failing' | 'gone',
  ): Promise<NewEvent> {
    await tx.update(ChannelEntity, { id: channel.id }, { state: 'disabled' });
    const { failingSince } = channel;
    const event = channelEvent('tuatahi.channel.disabled', channel, null);
    return {
      ...event,
      data: { ...event.data, reason, ...(failingSince && { failingSince: failingSince.toISOString() }) },
    };
  }
}
