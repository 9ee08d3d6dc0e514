import { Inject, Injectable } from '@nestjs/common';
import { DataSource, In, IsNull, LessThanOrEqual } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { onceOverReplicas } from '../database/once';
import type { NewEvent } from '../events/domain-event';
import { EventLog } from '../events/event-log';
import { bookingEvent } from './booking-event';
import { BookingEntity } from './booking.entity';
import { FollowupBookingMetrics } from './followup-booking.metrics';
import { PartOrders } from './part-orders';

/** In one transaction; more follow at the next run. */
const AT_ONCE = 500;

/** States once of each visit that its day is near. */
@Injectable()
export class Reminders {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly dataSource: DataSource,
    private readonly partOrders: PartOrders,
    private readonly log: EventLog,
    private readonly metrics: FollowupBookingMetrics,
  ) {}

  /**
   * A visit that began before anybody came to it (because no job ran) is only marked: nobody can prepare for it.
   * @returns of how many visits it was stated, or undefined when another replica is at it
   */
  async remindOfDue(now: Date): Promise<number | undefined> {
    const stated = await onceOverReplicas(this.dataSource, 'followup.reminders', async (tx) => {
      const due = await tx.find(BookingEntity, {
        where: { status: 'confirmed', remindedAt: IsNull(), remindAt: LessThanOrEqual(now) },
        order: { remindAt: 'ASC' },
        take: AT_ONCE,
        lock: { mode: 'pessimistic_write' },
      });
      if (due.length === 0) return 0;
      await tx.update(
        BookingEntity,
        { orderNum: In(due.map(({ orderNum }) => orderNum)) },
        { remindedAt: now },
      );
      const events: NewEvent[] = [];
      const { ownerPartyId } = this.config;
      for (const booking of due.filter(({ start }) => start > now)) {
        const partOrders = await this.partOrders.of(tx, booking.orderNum);
        const context = { ownerPartyId, correlationId: booking.transactionId };
        events.push(bookingEvent('followup.booking.due', booking, partOrders, context));
      }
      await this.log.append(tx, events);
      return events.length;
    });
    if (stated !== undefined) this.metrics.reminded(stated);
    return stated;
  }
}
