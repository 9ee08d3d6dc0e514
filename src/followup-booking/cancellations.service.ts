import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type FindOptionsWhere, LessThan, MoreThan } from 'typeorm';
import { storableText } from '../events/storable';
import { BookingStatements, type Cancellation } from './booking-statements';
import { BookingEntity } from './booking.entity';
import { FollowupBookingMetrics } from './followup-booking.metrics';
import { giveBackPlace } from './places';

/** Gives up visits, and their places with them: each once, however often it is asked for. */
@Injectable()
export class Cancellations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: BookingStatements,
    private readonly metrics: FollowupBookingMetrics,
  ) {}

  /** Does nothing when there is no such visit, or when it is cancelled already. */
  async cancel(orderNum: string, cancellation: Cancellation): Promise<void> {
    await this.giveUpWhere({ orderNum: storableText(orderNum) }, cancellation);
  }

  /**
   * Does nothing when the work order has no visit, when that has begun (it may be why the work order was closed), or
   * when it was booked after the work order had ended: an event may come late, or again much later, and would take
   * away what somebody has booked since. The database knows microseconds, of which an event's time has lost its own,
   * hence the millisecond.
   * @param endedAt when the work order ended, if that was before the cancellation
   */
  async release(
    originalOrderNum: string,
    cancellation: Cancellation,
    endedAt = cancellation.at,
  ): Promise<void> {
    const where = {
      originalOrderNum,
      start: MoreThan(cancellation.at),
      bookedAt: LessThan(new Date(endedAt.getTime() + 1)),
    };
    await this.giveUpWhere(where, cancellation);
  }

  private async giveUpWhere(
    where: FindOptionsWhere<BookingEntity>,
    cancellation: Cancellation,
  ): Promise<void> {
    const givenUp = await this.dataSource.transaction(async (tx) => {
      const booking = await tx.findOne(BookingEntity, {
        where: { ...where, status: 'confirmed' },
        lock: { mode: 'pessimistic_write' },
      });
      if (booking) await this.giveUp(tx, booking, cancellation);
      return booking !== null;
    });
    if (givenUp) this.metrics.cancelled(cancellation.reason);
  }

  /** Locks in the order in which booking does: the visit, its window, the event log. */
  private async giveUp(tx: EntityManager, booking: BookingEntity, cancellation: Cancellation): Promise<void> {
    const { orderNum } = booking;
    const { reason, at } = cancellation;
    await tx.update(
      BookingEntity,
      { orderNum },
      { status: 'cancelled', cancelledAt: at, cancelReason: reason },
    );
    await giveBackPlace(tx, booking);
    await this.statements.cancelled(tx, booking, cancellation);
  }
}
