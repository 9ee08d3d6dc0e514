import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { Retention } from './retention.service';
import { ReplayMover } from './replay-mover.service';
import { ChannelWatch } from './channel-watch.service';

@Injectable()
export class DeliveryJobs {
  constructor(
    private readonly channels: ChannelWatch,
    private readonly replays: ReplayMover,
    private readonly retention: Retention,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('delivery.channels', 60_000)
  lookAfterChannels(): Promise<void> {
    return reported(this.logger, 'delivery.channels', this.channels.look(new Date()));
  }

  @Interval('delivery.replays', 1000)
  moveReplays(): Promise<void> {
    return reported(this.logger, 'delivery.replays', this.replays.step());
  }

  @Interval('retention.room', 60_000)
  makeRoom(): Promise<void> {
    return reported(this.logger, 'retention.room', this.retention.makeRoom());
  }

  @Interval('retention.drop', 3_600_000)
  dropOld(): Promise<void> {
    return reported(this.logger, 'retention.drop', this.retention.dropOld(new Date()));
  }
}
