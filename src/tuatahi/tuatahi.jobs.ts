import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { Expiry } from './expiry.service';

@Injectable()
export class TuatahiJobs {
  constructor(
    private readonly expiry: Expiry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('tuatahi.expiry', 10_000)
  expireSubscriptions(): Promise<void> {
    return reported(this.logger, 'tuatahi.expiry', this.expiry.expireDue(new Date()));
  }
}
