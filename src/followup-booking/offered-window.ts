import type { Problem } from '../problems/problem';
import type { Calendar } from './calendar';
import { slotNotOffered, slotTaken, slotTooFar, slotTooSoon } from './followup-booking.problems';
import type { Slot } from './slot';
import { findWindow, whyNotNow, type Window } from './windows.policy';

/**
 * The window of the calendar that a slot is, if it can be booked now; whether it has a place left is another matter.
 * @throws slotNotOffered, slotTooSoon, slotTooFar
 */
export function offeredWindow(calendar: Calendar, { serviceAreaId, start, end }: Slot, now: Date): Window {
  const window = findWindow(calendar, start, end);
  if (!window) {
    throw slotNotOffered(
      `Service area ${serviceAreaId} has no window from ${start.toISOString()} to ${end.toISOString()}. Search again.`,
    );
  }
  const reason = whyNotNow(calendar, window, now);
  if (reason === 'late') {
    throw slotTooSoon(`It has to begin ${calendar.leadMinutes} minutes from now at least. Search again.`);
  }
  if (reason === 'far') {
    throw slotTooFar(`It has to begin within ${calendar.horizonDays} days. Search again.`);
  }
  return window;
}

export function noPlaceLeft(): Problem {
  return slotTaken(
    'Somebody else has booked the last place in this window. Search again and choose another.',
  );
}
