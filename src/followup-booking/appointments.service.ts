import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import type { Calendar } from './calendar';
import { Calendars } from './calendars.service';
import { customerHasTime } from './customer-periods.policy';
import { OpenSlot, OpenSlots } from './dto/open-slots.answer';
import { FollowupBookingMetrics } from './followup-booking.metrics';
import { bookedWithin } from './places';
import type { WantedVisit } from './visit-reader';
import { windowsToOffer } from './windows.policy';

/** What can be booked. */
@Injectable()
export class Appointments {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly dataSource: DataSource,
    private readonly calendars: Calendars,
    private readonly metrics: FollowupBookingMetrics,
  ) {}

  /** The slots that have a place left and suit the customer, the earliest first. */
  async search(wanted: WantedVisit, now: Date): Promise<OpenSlots> {
    const calendar = await this.calendars.inForce(wanted.serviceAreaId);
    const slots = await this.openSlots(wanted, calendar, now);
    this.metrics.searched(slots.length);
    return new OpenSlots(slots, calendar.horizonDays);
  }

  private async openSlots(
    { serviceAreaId, customer }: WantedVisit,
    calendar: Calendar,
    now: Date,
  ): Promise<OpenSlot[]> {
    const suitable = windowsToOffer(calendar, now).filter((window) => customerHasTime(customer, window));
    const first = suitable[0];
    const last = suitable.at(-1);
    if (!first || !last) return [];
    const booked = await bookedWithin(this.dataSource, serviceAreaId, [first.start, last.start]);
    return suitable
      .filter((window) => booked(window) < window.capacity)
      .map((window) => new OpenSlot(serviceAreaId, window, this.config.followup.constraintTypes.slot));
  }
}
