import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { Checkpoints } from './checkpoints.service';
import { SelfCheck } from './self-check.service';

@Injectable()
export class CompletenessJobs {
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly selfCheck: SelfCheck,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('tuatahi.checkpoints', 10_000)
  sendCheckpoints(): Promise<void> {
    return reported(this.logger, 'tuatahi.checkpoints', this.checkpoints.send(new Date()));
  }

  @Interval('tuatahi.self-check', 300_000)
  checkOurselves(): Promise<void> {
    return reported(this.logger, 'tuatahi.self-check', this.selfCheck.look(new Date()));
  }
}
