import { defineProblem } from '../problems/problem';

export const eventsGone = defineProblem({
  slug: 'events-gone',
  title: 'The events after this position are not kept any more',
  status: 410,
});
export const tooManyStreams = defineProblem({
  slug: 'too-many-streams',
  title: 'This process has as many streams open as it takes',
  status: 503,
});
export const noSuchParkedEvent = defineProblem({
  slug: 'no-such-parked-event',
  title: 'No such parked event',
  status: 404,
});
export const parkedEventGone = defineProblem({
  slug: 'parked-event-gone',
  title: 'The parked event can not be handled any more',
  status: 410,
});
export const parkedEventFailedAgain = defineProblem({
  slug: 'parked-event-failed-again',
  title: 'The event could not be handled this time either; it stays parked',
  status: 409,
});
