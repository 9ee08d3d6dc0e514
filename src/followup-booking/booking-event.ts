import type { NewEvent } from '../events/domain-event';
import type { BookingEntity } from './booking.entity';
import type { PartOrder } from './part-orders';

type BookingEventType = 'followup.booking.confirmed' | 'followup.booking.cancelled' | 'followup.booking.due';

/** What every event tells of a booking. */
export type StatedBooking = Pick<
  BookingEntity,
  | 'orderNum'
  | 'originalOrderNum'
  | 'serviceAreaId'
  | 'start'
  | 'end'
  | 'timeZone'
  | 'orderType'
  | 'accountNum'
  | 'userName'
>;

/** What is stated of a booking; one that was cancelled has more data. */
export function bookingEvent<T extends BookingEventType>(
  type: T,
  booking: StatedBooking,
  partOrders: readonly PartOrder[],
  { ownerPartyId, correlationId }: { readonly ownerPartyId: string; readonly correlationId: string | null },
) {
  const { orderNum, originalOrderNum, serviceAreaId, start, end, timeZone, orderType, accountNum, userName } =
    booking;
  return {
    type,
    source: '/followup-booking',
    subject: orderNum,
    partyIds: [ownerPartyId],
    correlationId,
    data: {
      orderNum,
      originalOrderNum,
      serviceAreaId,
      start: start.toISOString(),
      end: end.toISOString(),
      timeZone,
      orderType,
      ...(accountNum !== null && { accountNum }),
      ...(userName !== null && { userName }),
      orderedParts: partOrders.map(({ partOrderNum, parts, quantities }) => ({
        partOrderNum,
        parts: [...parts],
        quantities: [...quantities],
      })),
    },
  } satisfies Omit<NewEvent<'followup.booking.confirmed'>, 'type'> & { type: T };
}
