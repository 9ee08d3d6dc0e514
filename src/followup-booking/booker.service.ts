import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { unavailable } from '../problems/problems';
import { BookingStore } from './booking.store';
import { Calendars } from './calendars.service';
import { confirmedBookingOf } from './confirmed-booking';
import { BookedAnswer } from './dto/booked.answer';
import { FollowupBookingMetrics } from './followup-booking.metrics';
import { orderBooked } from './followup-booking.problems';
import { noPlaceLeft, offeredWindow } from './offered-window';
import { PartOrders } from './part-orders';
import { bookedIn } from './places';
import { isSameSlot } from './slot';
import type { ChosenVisit } from './visit-reader';

/** Only who cancels or books the same order at the same moment makes a second attempt necessary. */
const ATTEMPTS = 3;

/** Books visits: a place in a window never twice, and a work order's visit never twice. */
@Injectable()
export class Booker {
  constructor(
    private readonly dataSource: DataSource,
    private readonly calendars: Calendars,
    private readonly store: BookingStore,
    private readonly partOrders: PartOrders,
    private readonly metrics: FollowupBookingMetrics,
  ) {}

  /**
   * Resolves after the commit. The same order and slot again gives the same answer again.
   * @throws slotNotOffered, slotTooSoon, slotTooFar, slotTaken, orderBooked
   */
  async book(visit: ChosenVisit, transactionId: string, now: Date): Promise<BookedAnswer> {
    try {
      return await this.bookOrRepeat(visit, transactionId, now);
    } catch (error) {
      this.metrics.notBooked(error);
      throw error;
    }
  }

  private async bookOrRepeat(visit: ChosenVisit, transactionId: string, now: Date): Promise<BookedAnswer> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const answer = await this.tryToBook(visit, transactionId, now);
      if (answer) return answer;
    }
    throw unavailable('This work order is being booked and cancelled at the same time. Send it again.', {
      retryAfterSeconds: 1,
    });
  }

  /** @returns undefined when the order got a visit, or another order its number, in the last moment */
  private async tryToBook(
    visit: ChosenVisit,
    transactionId: string,
    now: Date,
  ): Promise<BookedAnswer | undefined> {
    const calendar = await this.calendars.inForce(visit.slot.serviceAreaId);
    const booked = await bookedIn(this.dataSource, visit.slot);
    // After the look at the places: if this very order has taken the last one meanwhile, that is seen here.
    const before = await this.bookedBefore(visit);
    if (before) {
      this.metrics.booked('repeated');
      return before;
    }
    const window = offeredWindow(calendar, visit.slot, now);
    // Most of those who lose a race learn it here, without having written anything.
    if (booked >= window.capacity) throw noPlaceLeft();
    const booking = { ...visit, timeZone: calendar.timeZone, capacity: window.capacity, transactionId };
    const answer = await this.dataSource.transaction((tx) => this.store.insert(tx, booking));
    if (answer) this.metrics.booked('booked');
    return answer;
  }

  /** The same answer again, also for a slot that nobody could book any more. @throws orderBooked */
  private async bookedBefore({ originalOrderNum, slot }: ChosenVisit): Promise<BookedAnswer | undefined> {
    const booking = await confirmedBookingOf(this.dataSource, originalOrderNum);
    if (!booking) return undefined;
    const { orderNum } = booking;
    if (!isSameSlot(booking.slot, slot)) {
      throw orderBooked(
        `Work order ${originalOrderNum} has the visit ${orderNum} at another time. Cancel that one first.`,
      );
    }
    return new BookedAnswer(orderNum, await this.partOrders.of(this.dataSource.manager, orderNum));
  }
}
