import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  BOOKING_STATUSES,
  type BookingEntity,
  type BookingStatus,
  CANCEL_REASONS,
  type CancelReason,
} from '../booking.entity';
import type { PartOrder } from '../part-orders';
import { slotIdOf } from '../slot';

/** A follow-up visit in a list. */
export class BookingSummary {
  @ApiProperty({ description: 'Number of the follow-up work order', example: 'FU-000001' })
  readonly orderNum: string;

  @ApiProperty({ enum: BOOKING_STATUSES })
  readonly status: BookingStatus;

  @ApiProperty({ description: 'The work order that needs it', example: 'WO-1048576' })
  readonly originalOrderNum: string;

  @ApiProperty({ example: 'HAM-EAST' })
  readonly serviceAreaId: string;

  @ApiProperty({ example: '20261123T190000Z-20261123T230000Z@HAM-EAST' })
  readonly slotId: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-23T19:00:00.000Z' })
  readonly start: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-23T23:00:00.000Z' })
  readonly end: string;

  @ApiProperty({ description: 'Of the calendar when it was booked', example: 'Pacific/Auckland' })
  readonly timeZone: string;

  @ApiProperty({ description: 'System category of the work', example: '1002' })
  readonly orderType: string;

  @ApiPropertyOptional({ description: 'Account', example: 'ACC-20417' })
  readonly accountNum?: string;

  @ApiPropertyOptional({ description: 'The technician who booked it', example: 'h.parata' })
  readonly userName?: string;

  @ApiProperty({ format: 'date-time' })
  readonly bookedAt: string;

  @ApiPropertyOptional({ format: 'date-time' })
  readonly cancelledAt?: string;

  @ApiPropertyOptional({ enum: CANCEL_REASONS })
  readonly cancelReason?: CancelReason;

  constructor(booking: BookingEntity) {
    this.orderNum = booking.orderNum;
    this.status = booking.status;
    this.originalOrderNum = booking.originalOrderNum;
    this.serviceAreaId = booking.serviceAreaId;
    this.slotId = slotIdOf(booking);
    this.start = booking.start.toISOString();
    this.end = booking.end.toISOString();
    this.timeZone = booking.timeZone;
    this.orderType = booking.orderType;
    if (booking.accountNum !== null) this.accountNum = booking.accountNum;
    if (booking.userName !== null) this.userName = booking.userName;
    this.bookedAt = booking.bookedAt.toISOString();
    if (booking.cancelledAt) this.cancelledAt = booking.cancelledAt.toISOString();
    if (booking.cancelReason) this.cancelReason = booking.cancelReason;
  }
}

class PartOrderAnswer {
  @ApiProperty({ example: 'FU-000001-P1' })
  partOrderNum: string;

  @ApiProperty({ type: [String], description: 'Product numbers', example: ['ONT-G010-P'] })
  parts: readonly string[];

  @ApiProperty({
    type: 'array',
    items: { type: ['number', 'null'] },
    description: 'How many of each, in the same order; null where nobody has said',
    example: [1],
  })
  quantities: readonly (number | null)[];
}

/** A follow-up visit with all that is known of it. */
export class BookingAnswer extends BookingSummary {
  @ApiProperty({ type: [PartOrderAnswer] })
  readonly orderedParts: readonly PartOrderAnswer[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What ServiceMobility has sent, with contacts and with members that nobody here knows',
  })
  readonly request: Readonly<Record<string, unknown>>;

  constructor(
    booking: BookingEntity,
    partOrders: readonly PartOrder[],
    request: Readonly<Record<string, unknown>>,
  ) {
    super(booking);
    this.orderedParts = partOrders;
    this.request = request;
  }
}

export class BookingPage {
  @ApiProperty({ type: [BookingSummary] })
  items: BookingSummary[];

  @ApiPropertyOptional({ description: 'Send it as `cursor` for the next page; absent on the last' })
  nextCursor?: string;
}
