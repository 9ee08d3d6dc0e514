import { Module } from '@nestjs/common';
import { EventCatalogue } from '../events/event-catalogue';
import { ProblemDialects } from '../problems/problem-dialects';
import { AccessTokens } from './access-tokens';
import { Appointments } from './appointments.service';
import { Booker } from './booker.service';
import { BookingRetention } from './booking-retention.service';
import { BookingStatements } from './booking-statements';
import { BookingStore } from './booking.store';
import { BookingsController } from './bookings.controller';
import { Bookings } from './bookings.service';
import { CalendarsController } from './calendars.controller';
import { Calendars } from './calendars.service';
import { Cancellations } from './cancellations.service';
import { FollowupBookingController } from './followup-booking.controller';
import { followupEventTypes } from './followup-booking.event-types';
import { FollowupBookingJobs } from './followup-booking.jobs';
import { FollowupBookingListener } from './followup-booking.listener';
import { FollowupBookingMetrics } from './followup-booking.metrics';
import { Logins } from './logins.service';
import { OrderNumbers } from './order-numbers.service';
import { PartOrders } from './part-orders';
import { RecordedPartOrders } from './recorded-part-orders';
import { Reminders } from './reminders.service';
import { serviceMobilityDialect } from './service-mobility-dialect';
import { VisitReader } from './visit-reader';

/** Books follow-up visits for ServiceMobility: what it lets a customer of its own implement. */
@Module({
  controllers: [FollowupBookingController, BookingsController, CalendarsController],
  providers: [
    FollowupBookingMetrics,
    AccessTokens,
    Logins,
    VisitReader,
    Calendars,
    Appointments,
    Booker,
    BookingStatements,
    BookingStore,
    OrderNumbers,
    { provide: PartOrders, useClass: RecordedPartOrders },
    Bookings,
    Cancellations,
    Reminders,
    BookingRetention,
    FollowupBookingListener,
    FollowupBookingJobs,
  ],
})
export class FollowupBookingModule {
  constructor(dialects: ProblemDialects, catalogue: EventCatalogue) {
    dialects.register(serviceMobilityDialect);
    catalogue.register(...followupEventTypes);
  }
}
