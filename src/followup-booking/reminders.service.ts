import { Injectable } from '@nestjs/common';
import { DataSource, In, IsNull, LessThanOrEqual } from 'typeorm';
import { onceOverReplicas } from '../database/once';
import { BookingStatements } from './booking-statements';
import { BookingEntity } from './booking.entity';
import { FollowupBookingMetrics } from './followup-booking.metrics';

/** In one transaction; more follow at the next run. */
const AT_ONCE = 500;

/** States once of each visit that its day is near. */
@Injectable()
export class Reminders {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: BookingStatements,
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
      const toCome = due.filter(({ start }) => start > now);
      await this.statements.due(tx, toCome);
      return toCome.length;
    });
    if (stated !== undefined) this.metrics.reminded(stated);
    return stated;
  }
}
