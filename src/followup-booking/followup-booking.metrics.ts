import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { Metrics } from '../metrics/metrics';
import { Problem } from '../problems/problem';
import { CANCEL_REASONS, type CancelReason } from './booking.entity';

/** What all slugs of this module begin with. */
const OWN = /^followup-/;

/** What can become of a search. */
const SEARCH_OUTCOMES = ['offered', 'none'] as const;

/** What can become of a request to book: the last ones are slugs of problems. */
const BOOKING_OUTCOMES = [
  'booked',
  'repeated',
  'failed',
  'unavailable',
  'slot-taken',
  'order-booked',
  'slot-not-offered',
  'slot-too-soon',
  'slot-too-far',
] as const;

@Injectable()
export class FollowupBookingMetrics {
  private readonly searches: Counter<'outcome'>;
  private readonly bookings: Counter<'outcome'>;
  private readonly cancellations: Counter<'reason'>;
  private readonly reminders: Counter;

  constructor({ registry }: Metrics) {
    const registers = [registry];
    this.searches = new Counter({
      name: 'karere_followup_searches_total',
      help: `Searches for a slot, by outcome: ${SEARCH_OUTCOMES.join(', ')}`,
      labelNames: ['outcome'],
      registers,
    });
    this.bookings = new Counter({
      name: 'karere_followup_bookings_total',
      help: `Valid requests to book, by outcome: ${BOOKING_OUTCOMES.join(', ')}`,
      labelNames: ['outcome'],
      registers,
    });
    this.cancellations = new Counter({
      name: 'karere_followup_cancellations_total',
      help: `Visits that were given up, by reason: ${CANCEL_REASONS.join(', ')}`,
      labelNames: ['reason'],
      registers,
    });
    this.reminders = new Counter({
      name: 'karere_followup_reminders_total',
      help: 'Visits of which it was stated that they are due',
      registers,
    });
    this.beginAtZero();
  }

  searched(slots: number): void {
    this.searches.inc({ outcome: slots > 0 ? 'offered' : 'none' });
  }

  booked(outcome: 'booked' | 'repeated'): void {
    this.bookings.inc({ outcome });
  }

  /** By the problem that the caller is told. */
  notBooked(error: unknown): void {
    const outcome = error instanceof Problem ? error.definition.slug.replace(OWN, '') : 'failed';
    this.bookings.inc({ outcome });
  }

  cancelled(reason: CancelReason): void {
    this.cancellations.inc({ reason });
  }

  reminded(visits: number): void {
    this.reminders.inc(visits);
  }

  /** `increase()` of a series that begins with 1 is 0: the first failure after a start would alert nobody. */
  private beginAtZero(): void {
    for (const outcome of SEARCH_OUTCOMES) this.searches.inc({ outcome }, 0);
    for (const outcome of BOOKING_OUTCOMES) this.bookings.inc({ outcome }, 0);
    for (const reason of CANCEL_REASONS) this.cancellations.inc({ reason }, 0);
  }
}
