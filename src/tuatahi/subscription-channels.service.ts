import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../auth/caller';
import { channelEvent } from '../delivery/channel-event';
import { Channels } from '../delivery/channels.service';
import { EventLog } from '../events/event-log';
import { ownChannel } from './own-subscription';
import { noSigningSecret } from './tuatahi.problems';

interface Place {
  /** The subscription. */
  readonly id: string;
  readonly channelId: string;
}

/** What the owner of a subscription can do about one of its channels. */
@Injectable()
export class SubscriptionChannels {
  constructor(
    private readonly dataSource: DataSource,
    private readonly channels: Channels,
    private readonly log: EventLog,
  ) {}

  /** @throws unknownSubscription, unknownChannel, noSigningSecret */
  async rotateSecret(place: Place, caller: Caller, now: Date): Promise<{ secret: string }> {
    return this.dataSource.transaction(async (tx) => {
      const channel = await ownChannel(tx, place, caller, { lock: true });
      if (channel.kind !== 'webhook') throw noSigningSecret('Mails are not signed; only webhooks are.');
      return { secret: await this.channels.rotateSecret(tx, channel, now) };
    });
  }

  /** Delivers again; one that is enabled already is left as it is. @throws unknownSubscription, unknownChannel */
  async enable(place: Place, caller: Caller, transactionId: string): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const channel = await ownChannel(tx, place, caller, { lock: true });
      if (channel.state === 'enabled') return;
      await this.channels.enable(tx, channel);
      await this.log.append(tx, [channelEvent('tuatahi.channel.recovered', channel, transactionId)]);
    });
  }
}
