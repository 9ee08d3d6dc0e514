import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { isDatabaseAway } from '../database/is-database-away';
import { Problem } from './problem';
import { internalError, unavailable } from './problems';

/** Turns whatever was thrown into a problem; what nobody foresaw becomes a 500 that reveals nothing. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDatabaseAway(error)) {
    // A connection may also be lost in the midst of a commit.
    return unavailable(
      'The database could not do it right now. What was asked for may have been done: look before you repeat what must not happen twice.',
      { retryAfterSeconds: 2, cause: error },
    );
  }
  const status = clientErrorStatus(error);
  if (status === undefined) {
    return internalError('The error was logged under the transaction id of this answer.', { cause: error });
  }
  const title = STATUS_CODES[status] ?? 'Bad Request';
  const slug = title.toLowerCase().replace(/[^a-z]+/g, '-');
  return new Problem({ slug, title, status }, error instanceof Error ? error.message : title);
}

/** Nest's own exceptions (no such route) and Express's (a broken percent-encoding in the path). */
function clientErrorStatus(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus() < 500 ? error.getStatus() : undefined;
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status >= 400 && error.status < 500 ? error.status : undefined;
}
