import { defineProblem } from '../problems/problem';

export const unknownSubscription = defineProblem({
  slug: 'unknown-subscription',
  title: 'No such subscription',
  status: 404,
});
export const unknownChannel = defineProblem({
  slug: 'unknown-channel',
  title: 'No such channel in this subscription',
  status: 404,
});
export const noSigningSecret = defineProblem({
  slug: 'no-signing-secret',
  title: 'The channel has no signing secret',
  status: 409,
});
export const duplicateSubscription = defineProblem({
  slug: 'duplicate-subscription',
  title: 'There is such a subscription already',
  status: 409,
});
export const tooManySubscriptions = defineProblem({
  slug: 'too-many-subscriptions',
  title: 'The party has as many subscriptions as it may have',
  status: 409,
});
export const sourceEventIdTaken = defineProblem({
  slug: 'source-event-id-taken',
  title: 'This id was published with another body',
  status: 409,
});
export const unknownNotification = defineProblem({
  slug: 'unknown-notification',
  title: 'No such notification',
  status: 404,
});
export const unknownReplay = defineProblem({ slug: 'unknown-replay', title: 'No such replay', status: 404 });
export const notReplayable = defineProblem({
  slug: 'not-replayable',
  title: 'The notification can not be replayed now',
  status: 409,
});
export const unknownEvent = defineProblem({ slug: 'unknown-event', title: 'No such event', status: 404 });
