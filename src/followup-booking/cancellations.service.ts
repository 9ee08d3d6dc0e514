import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type FindOptionsWhere, LessThan, MoreThan } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { EventLog } from '../events/event-log';
import { storableText } from '../events/storable';
import { bookingEvent } from './booking-event';
import { BookingEntity, type CancelReason } from './booking.entity';
import { FollowupBookingMetrics } from './followup-booking.metrics';
import { PartOrders } from './part-orders';
import { giveBackPlace } from './places';

/** Who cancels, and why. */
interface Cancellation {
  readonly reason: CancelReason;
  readonly at: Date;
  readonly correlationId: string | null;
}

/** Gives up visits, and their places with them: each once, however often it is asked for. */
@Injectable()
export class Cancellations {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly dataSource: DataSource,
    private readonly partOrders: PartOrders,
    private readonly log: EventLog,
    private readonly metrics: FollowupBookingMetrics,
  ) {}

  /** Does nothing when there is no such visit, or when it is cancelled already. */
  async cancel(orderNum: string, cancellation: Cancellation): Promise<void> {
    await this.giveUpWhere({ orderNum: storableText(orderNum) }, cancellation);
  }

  /**
   * Does nothing when the work order has no visit, when that has begun (it may be why the work order was closed), or
   * when it was booked after the event that ends the work order: an event may come again much later, and would take
   * away what somebody has booked since. The database knows microseconds, of which the event's time has lost its own,
   * hence the millisecond.
   */
  async release(originalOrderNum: string, cancellation: Cancellation): Promise<void> {
    const { at } = cancellation;
    const where = {
      originalOrderNum,
      start: MoreThan(at),
      bookedAt: LessThan(new Date(at.getTime() + 1)),
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
  private async giveUp(
    tx: EntityManager,
    booking: BookingEntity,
    { reason, at, correlationId }: Cancellation,
  ): Promise<void> {
    const { orderNum } = booking;
    await tx.update(
      BookingEntity,
      { orderNum },
      { status: 'cancelled', cancelledAt: at, cancelReason: reason },
    );
    await giveBackPlace(tx, booking);
    const partOrders = await this.partOrders.of(tx, orderNum);
    const { ownerPartyId } = this.config;
    const event = bookingEvent('followup.booking.cancelled', booking, partOrders, {
      ownerPartyId,
      correlationId,
    });
    await this.log.append(tx, [{ ...event, data: { ...event.data, cancelledAt: at.toISOString(), reason } }]);
  }
}
