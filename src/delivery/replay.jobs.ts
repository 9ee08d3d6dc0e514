import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { ReplayMover } from './replay-mover.service';

@Injectable()
export class ReplayJobs {
  constructor(
    private readonly replays: ReplayMover,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('delivery.replays', 1000)
  moveReplays(): Promise<void> {
    return reported(this.logger, 'delivery.replays', this.replays.step(new Date()));
  }
}
