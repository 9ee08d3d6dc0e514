import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { Retention } from './retention.service';

@Injectable()
export class RetentionJobs {
  constructor(
    private readonly retention: Retention,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('retention.room', 60_000)
  makeRoom(): Promise<void> {
    return reported(this.logger, 'retention.room', this.retention.makeRoom());
  }

  @Interval('retention.drop', 3_600_000)
  dropOld(): Promise<void> {
    return reported(this.logger, 'retention.drop', this.retention.dropOld(new Date()));
  }
}
