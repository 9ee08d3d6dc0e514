import { defineProblem } from '../problems/problem';

export const badEnvelope = defineProblem({
  slug: 'spg-bad-envelope',
  title: 'The body is not an SPWorkOrderNotification',
  status: 400,
});
export const badContent = defineProblem({
  slug: 'spg-bad-content',
  title: 'The content of the notification is not valid',
  status: 422,
});
export const eventIdTaken = defineProblem({
  slug: 'spg-event-id-taken',
  title: 'This eventId was received with another body',
  status: 409,
});
export const unknownNotification = defineProblem({
  slug: 'spg-unknown-notification',
  title: 'No such notification',
  status: 404,
});
export const unknownWorkOrder = defineProblem({
  slug: 'spg-unknown-work-order',
  title: 'No such work order',
  status: 404,
});
