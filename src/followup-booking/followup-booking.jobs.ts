import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { reported } from '../database/reported';
import { BookingRetention } from './booking-retention.service';
import { Reminders } from './reminders.service';

@Injectable()
export class FollowupBookingJobs {
  constructor(
    private readonly reminders: Reminders,
    private readonly retention: BookingRetention,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval('followup.reminders', 60_000)
  remindOfVisits(): Promise<void> {
    return reported(this.logger, 'followup.reminders', this.reminders.remindOfDue(new Date()));
  }

  @Interval('followup.retention', 3_600_000)
  dropOld(): Promise<void> {
    return reported(this.logger, 'followup.retention', this.retention.dropOld(new Date()));
  }
}
