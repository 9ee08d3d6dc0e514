import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { ChannelWatch } from './channel-watch.service';
import { Reseal } from './reseal.service';

@Injectable()
export class DeliveryJobs {
  constructor(
    private readonly channels: ChannelWatch,
    private readonly reseal: Reseal,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('delivery.channels', 60_000)
  lookAfterChannels(): Promise<void> {
    return reported(this.logger, 'delivery.channels', this.channels.look(new Date()));
  }

  @Interval('delivery.reseal', 600_000)
  resealSecrets(): Promise<void> {
    return reported(this.logger, 'delivery.reseal', this.reseal.run());
  }
}
