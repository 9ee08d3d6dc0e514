import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { Checkpoints } from './checkpoints.service';
import { ExpiryWarnings } from './expiry-warnings.service';
import { Expiry } from './expiry.service';
import { SelfCheck } from './self-check.service';

@Injectable()
export class TuatahiJobs {
  constructor(
    private readonly expiry: Expiry,
    private readonly warnings: ExpiryWarnings,
    private readonly checkpoints: Checkpoints,
    private readonly selfCheck: SelfCheck,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('tuatahi.expiry', 10_000)
  expireSubscriptions(): Promise<void> {
    return reported(this.logger, 'tuatahi.expiry', this.expiry.expireDue(new Date()));
  }

  @Interval('tuatahi.warnings', 60_000)
  warnOfExpiry(): Promise<void> {
    return reported(this.logger, 'tuatahi.warnings', this.warnings.warnDue(new Date()));
  }

  @Interval('tuatahi.checkpoints', 10_000)
  sendCheckpoints(): Promise<void> {
    return reported(this.logger, 'tuatahi.checkpoints', this.checkpoints.send(new Date()));
  }

  @Interval('tuatahi.self-check', 300_000)
  checkOurselves(): Promise<void> {
    return reported(this.logger, 'tuatahi.self-check', this.selfCheck.look(new Date()));
  }
}
