import { defineProblem } from '../problems/problem';

/** With the words of the interface document. */
export const invalidLogon = defineProblem({
  slug: 'followup-invalid-logon',
  title: 'Invalid Logon.',
  status: 401,
});
export const slotNotOffered = defineProblem({
  slug: 'followup-slot-not-offered',
  title: 'The calendar has no such slot',
  status: 404,
});
export const slotTooSoon = defineProblem({
  slug: 'followup-slot-too-soon',
  title: 'The slot is over, or begins too soon to be booked',
  status: 409,
});
export const slotTooFar = defineProblem({
  slug: 'followup-slot-too-far',
  title: 'The slot is farther ahead than can be booked',
  status: 409,
});
export const slotTaken = defineProblem({
  slug: 'followup-slot-taken',
  title: 'The slot has no place left',
  status: 409,
});
export const orderBooked = defineProblem({
  slug: 'followup-order-booked',
  title: 'The work order has another follow-up visit already',
  status: 409,
});
export const unknownBooking = defineProblem({
  slug: 'followup-unknown-booking',
  title: 'No such booking',
  status: 404,
});
