import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { unavailable } from '../problems/problems';
import { BookingStore } from './booking.store';
import { Calendars } from './calendars.service';
import type { BookedAnswer } from './dto/booked.answer';
import { FollowupBookingMetrics } from './followup-booking.metrics';
import { noPlaceLeft, offeredWindow } from './offered-window';
import { bookedIn } from './places';
import type { ChosenVisit } from './visit-reader';

/** A second one is necessary when the order is cancelled or booked at this moment, or the order number is in use. */
const ATTEMPTS = 3;

/** Books visits: a place in a window never twice, and a work order's visit never twice. */
@Injectable()
export class Booker {
  constructor(
    private readonly dataSource: DataSource,
    private readonly calendars: Calendars,
    private readonly store: BookingStore,
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
    throw unavailable('The visit could not be booked just now. Send it again.', {
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
    const before = await this.store.bookedBefore(this.dataSource, visit);
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
}
