import { defineProblem } from '../problems/problem';

export const messageIdTaken = defineProblem({
  slug: 'message-id-taken',
  title: 'Another message has come with this MessageId',
  status: 409,
});
export const unknownMessage = defineProblem({
  slug: 'unknown-message',
  title: 'No such message',
  status: 404,
});
export const unknownDeadLetter = defineProblem({
  slug: 'unknown-dead-letter',
  title: 'No such dead letter',
  status: 404,
});
export const deadLetterFailedAgain = defineProblem({
  slug: 'dead-letter-failed-again',
  title: 'The message could not be taken in this time either',
  status: 409,
});
export const deadLetterClosed = defineProblem({
  slug: 'dead-letter-closed',
  title: 'The dead letter was dealt with before',
  status: 409,
});
