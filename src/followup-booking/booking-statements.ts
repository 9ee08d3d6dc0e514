import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import type { NewEvent } from '../events/domain-event';
import { EventLog } from '../events/event-log';
import { bookingEvent, type StatedBooking } from './booking-event';
import type { BookingEntity, CancelReason } from './booking.entity';
import { type PartOrder, PartOrders } from './part-orders';

/** Who gives up a visit, and why. */
export interface Cancellation {
  readonly reason: CancelReason;
  readonly at: Date;
  readonly correlationId: string | null;
}

/** States in the event log what becomes of visits. Each is the last that its transaction does: the log waits for it. */
@Injectable()
export class BookingStatements {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly partOrders: PartOrders,
    private readonly log: EventLog,
  ) {}

  async confirmed(
    tx: EntityManager,
    booking: StatedBooking & { readonly transactionId: string },
    partOrders: readonly PartOrder[],
  ): Promise<void> {
    const context = this.contextOf(booking.transactionId);
    await this.log.append(tx, [bookingEvent('followup.booking.confirmed', booking, partOrders, context)]);
  }

  async cancelled(
    tx: EntityManager,
    booking: BookingEntity,
    { reason, at, correlationId }: Cancellation,
  ): Promise<void> {
    const partOrders = await this.partOrders.of(tx, booking.orderNum);
    const context = this.contextOf(correlationId);
    const event = bookingEvent('followup.booking.cancelled', booking, partOrders, context);
    await this.log.append(tx, [{ ...event, data: { ...event.data, cancelledAt: at.toISOString(), reason } }]);
  }

  async due(tx: EntityManager, bookings: readonly BookingEntity[]): Promise<void> {
    const events: NewEvent[] = [];
    for (const booking of bookings) {
      const partOrders = await this.partOrders.of(tx, booking.orderNum);
      const context = this.contextOf(booking.transactionId);
      events.push(bookingEvent('followup.booking.due', booking, partOrders, context));
    }
    await this.log.append(tx, events);
  }

  private contextOf(correlationId: string | null): Parameters<typeof bookingEvent>[3] {
    return { ownerPartyId: this.config.ownerPartyId, correlationId };
  }
}
