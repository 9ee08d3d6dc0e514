import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { ChannelWatch } from './channel-watch.service';

@Injectable()
export class DeliveryJobs {
  constructor(
    private readonly channels: ChannelWatch,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('delivery.channels', 60_000)
  lookAfterChannels(): Promise<void> {
    return reported(this.logger, 'delivery.channels', this.channels.look(new Date()));
  }
}
