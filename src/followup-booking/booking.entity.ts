import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

export const BOOKING_STATUSES = ['confirmed', 'cancelled'] as const;
export type BookingStatus = (typeof BOOKING_STATUSES)[number];

/** Why a booking was given up. */
export const CANCEL_REASONS = ['requested', 'work-order-cancelled', 'work-order-closed'] as const;
export type CancelReason = (typeof CANCEL_REASONS)[number];

/** A follow-up visit. A work order has one confirmed booking at most. */
@Entity('followup_booking')
@Check('followup_booking_status', "status IN ('confirmed', 'cancelled')")
@Index('followup_booking_one_of_order', ['originalOrderNum'], { unique: true, where: "status = 'confirmed'" })
@Index('followup_booking_of_order', ['originalOrderNum'])
@Index('followup_booking_by_time', ['start', 'orderNum'])
@Index('followup_booking_of_area', ['serviceAreaId', 'start', 'orderNum'])
@Index('followup_booking_reminder', ['remindAt'], { where: "status = 'confirmed' AND reminded_at IS NULL" })
export class BookingEntity {
  @PrimaryColumn('text', { name: 'order_num' })
  orderNum: string;

  /** The work order that needs another visit. */
  @Column('text', { name: 'original_order_num' })
  originalOrderNum: string;

  @Column('text', { name: 'service_area_id' })
  serviceAreaId: string;

  @Column('timestamptz', { name: 'starts_at' })
  start: Date;

  @Column('timestamptz', { name: 'ends_at' })
  end: Date;

  /** Of the calendar when it was booked. */
  @Column('text', { name: 'time_zone' })
  timeZone: string;

  @Column('text', { name: 'order_type' })
  orderType: string;

  @Column('text', { name: 'account_num', nullable: true })
  accountNum: string | null;

  /** The technician who booked it. */
  @Column('text', { name: 'user_name', nullable: true })
  userName: string | null;

  @Column('text', { default: 'confirmed' })
  status: BookingStatus;

  @Column('timestamptz', { name: 'booked_at', default: () => 'clock_timestamp()' })
  bookedAt: Date;

  @Column('timestamptz', { name: 'cancelled_at', nullable: true })
  cancelledAt: Date | null;

  @Column('text', { name: 'cancel_reason', nullable: true })
  cancelReason: CancelReason | null;

  @Column('timestamptz', { name: 'remind_at' })
  remindAt: Date;

  @Column('timestamptz', { name: 'reminded_at', nullable: true })
  remindedAt: Date | null;

  @Column('text', { name: 'transaction_id' })
  transactionId: string;

  /** The request as it came. */
  @Column('bytea', { select: false })
  body: Buffer;

  /** Whether the other columns differ from the body in text that PostgreSQL can't hold. */
  @Column('boolean')
  repaired: boolean;
}
