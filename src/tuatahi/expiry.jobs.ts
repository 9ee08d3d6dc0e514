import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { ExpiryWarnings } from './expiry-warnings.service';
import { Expiry } from './expiry.service';

@Injectable()
export class ExpiryJobs {
  constructor(
    private readonly expiry: Expiry,
    private readonly warnings: ExpiryWarnings,
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
}
