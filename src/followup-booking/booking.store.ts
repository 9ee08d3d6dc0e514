import { Inject, Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { BookingStatements } from './booking-statements';
import { confirmedBookingOf } from './confirmed-booking';
import { BookedAnswer } from './dto/booked.answer';
import { orderBooked } from './followup-booking.problems';
import { noPlaceLeft } from './offered-window';
import { PartOrders } from './part-orders';
import { takePlace } from './places';
import { remindAt } from './reminder.policy';
import { isSameSlot } from './slot';
import type { ChosenVisit } from './visit-reader';

/**
 * Inserts a booking under the next order number, or nothing when its work order has a confirmed one. Guarantees: of
 * two at the same time the second waits for the first one's commit (index followup_booking_one_of_order). Nothing is
 * inserted either should the number exist already (primary key).
 */
const INSERT = `
  INSERT INTO followup_booking (order_num, original_order_num, service_area_id, starts_at, ends_at, time_zone,
    order_type, account_num, user_name, remind_at, transaction_id, body, repaired)
  VALUES (
    (SELECT $1::text || lpad(n::text, greatest($2::int, length(n::text)), '0') || $3::text
     FROM nextval('followup_order_number') AS n),
    $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
  ON CONFLICT DO NOTHING
  RETURNING order_num`;

/** A visit with what the gateway itself knows of it. */
interface NewBooking extends ChosenVisit {
  readonly timeZone: string;
  /** Of its window. */
  readonly capacity: number;
  readonly transactionId: string;
}

/** The one way of a booking into the database, and what of it is there already. */
@Injectable()
export class BookingStore {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly partOrders: PartOrders,
    private readonly statements: BookingStatements,
  ) {}

  /**
   * The answer that the same request got before, also for a slot that nobody could book any more.
   * @throws orderBooked
   */
  async bookedBefore(
    dataSource: DataSource,
    { originalOrderNum, slot }: ChosenVisit,
  ): Promise<BookedAnswer | undefined> {
    const booking = await confirmedBookingOf(dataSource, originalOrderNum);
    if (!booking) return undefined;
    const { orderNum } = booking;
    if (!isSameSlot(booking.slot, slot)) {
      throw orderBooked(
        `Work order ${originalOrderNum} has the visit ${orderNum} at another time. Cancel that one first.`,
      );
    }
    return new BookedAnswer(orderNum, await this.partOrders.of(dataSource.manager, orderNum));
  }

  /**
   * Everybody takes their locks in this order: the work order, the window, the event log.
   * @returns undefined when the work order has a visit
   * @throws slotTaken, and then nothing of it may be kept
   */
  async insert(tx: EntityManager, booking: NewBooking): Promise<BookedAnswer | undefined> {
    const { slot, capacity, requiredParts } = booking;
    const orderNum = await this.insertRow(tx, booking);
    if (orderNum === undefined) return undefined;
    if (!(await takePlace(tx, slot, capacity))) throw noPlaceLeft();
    const partOrders =
      requiredParts.length > 0 ? await this.partOrders.order(tx, orderNum, requiredParts) : [];
    await this.statements.confirmed(tx, { ...booking, ...slot, orderNum }, partOrders);
    return new BookedAnswer(orderNum, partOrders);
  }

  private async insertRow(tx: EntityManager, booking: NewBooking): Promise<string | undefined> {
    const { orderNumber, remindAt: time } = this.config.followup;
    const { slot, timeZone } = booking;
    const [row] = await tx.query<{ order_num: string }[]>(INSERT, [
      orderNumber.prefix,
      orderNumber.digits,
      orderNumber.suffix,
      booking.originalOrderNum,
      slot.serviceAreaId,
      slot.start,
      slot.end,
      timeZone,
      booking.orderType,
      booking.accountNum,
      booking.userName,
      remindAt(slot.start, timeZone, time),
      booking.transactionId,
      booking.original,
      booking.repaired,
    ]);
    return row?.order_num;
  }
}
