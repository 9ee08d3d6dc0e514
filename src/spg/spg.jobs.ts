import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { GapReplay } from './gap-replay.service';
import { Gaps } from './gaps.service';

@Injectable()
export class SpgJobs {
  constructor(
    private readonly gaps: Gaps,
    private readonly replay: GapReplay,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('spg.gaps.confirm', 1000)
  confirmOverdueGaps(): Promise<void> {
    return reported(this.logger, 'spg.gaps.confirm', this.gaps.confirmOverdue(new Date()));
  }

  @Interval('spg.gaps.replay', 5000)
  requestReplays(): Promise<void> {
    return reported(this.logger, 'spg.gaps.replay', this.replay.requestDue(new Date()));
  }
}
