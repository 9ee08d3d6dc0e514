/** A follow-up visit, as the events tell of it. Contacts are left out: who may see them asks for the booking. */
interface BookingData {
  orderNum: string;
  /** The work order that needs another visit. */
  originalOrderNum: string;
  serviceAreaId: string;
  /** RFC 3339, UTC. */
  start: string;
  /** RFC 3339, UTC. */
  end: string;
  /** IANA name of the time zone in which the visit takes place. */
  timeZone: string;
  orderType: string;
  accountNum?: string;
  /** The technician who booked it. */
  userName?: string;
  orderedParts: {
    partOrderNum: string;
    /** Product numbers. */
    parts: string[];
    /** How many of each, in the same order; null where nobody has said. Absent in events from before it was kept. */
    quantities?: (number | null)[];
  }[];
}

/** The events that the `followup-booking` module states. */
export interface FollowupEvents {
  'followup.booking.confirmed': BookingData;
  'followup.booking.cancelled': BookingData & {
    /** RFC 3339. */
    cancelledAt: string;
    reason: 'requested' | 'work-order-cancelled' | 'work-order-closed';
  };
  /** It is the day before the visit. Once for each booking. */
  'followup.booking.due': BookingData;
}
