import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { GapConfirmation } from './gap-confirmation.service';
import { GapReplay } from './gap-replay.service';
import { GapRetention } from './gap-retention.service';

@Injectable()
export class SpgJobs {
  constructor(
    private readonly confirmation: GapConfirmation,
    private readonly replay: GapReplay,
    private readonly retention: GapRetention,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('spg.gaps.confirm', 1000)
  confirmOverdueGaps(): Promise<void> {
    return reported(this.logger, 'spg.gaps.confirm', this.confirmation.confirmOverdue(new Date()));
  }

  @Interval('spg.gaps.replay', 5000)
  requestReplays(): Promise<void> {
    return reported(this.logger, 'spg.gaps.replay', this.replay.requestDue(new Date()));
  }

  @Interval('spg.retention', 3_600_000)
  dropOldGaps(): Promise<void> {
    return reported(this.logger, 'spg.retention', this.retention.dropOld(new Date()));
  }
}
