import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { Calendars } from './calendars.service';
import { customerHasTime } from './customer-periods.policy';
import { OpenSlot, OpenSlots } from './dto/open-slots.answer';
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
  ) {}

  /** The slots that have a place left and suit the customer, the earliest first. */
  async search({ serviceAreaId, customer }: WantedVisit, now: Date): Promise<OpenSlots> {
    const calendar = await this.calendars.inForce(serviceAreaId);
    const suitable = windowsToOffer(calendar, now).filter((window) => customerHasTime(customer, window));
    const first = suitable[0];
    const last = suitable.at(-1);
    if (!first || !last) return new OpenSlots([], calendar.horizonDays);
    const booked = await bookedWithin(this.dataSource, serviceAreaId, [first.start, last.start]);
    const slots = suitable
      .filter((window) => booked(window) < window.capacity)
      .map((window) => new OpenSlot(serviceAreaId, window, this.config.followup.constraintTypes.slot));
    return new OpenSlots(slots, calendar.horizonDays);
  }
}
