import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { ItasRetention } from './itas-retention.service';

@Injectable()
export class ItasJobs {
  constructor(
    private readonly retention: ItasRetention,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('itas.retention', 3_600_000)
  dropOld(): Promise<void> {
    return reported(this.logger, 'itas.retention', this.retention.dropOld(new Date()));
  }
}
