import type { NextFunction, Request, Response } from 'express';
import { randomUUID } from 'node:crypto';

/** What may stand in a header and in a log line without harm. */
const USABLE = /^[\x21-\x7e]{1,128}$/;

/**
 * Gives every answer an `X-Transaction-Id`: the caller's, or a new UUID when there is none or it can not
 * be used. It connects the answer, the logs, the domain event and the deliveries that it caused; it is
 * never an idempotency key.
 */
export function transactionIdOfEachAnswer(request: Request, response: Response, next: NextFunction): void {
  const presented = request.headers['x-transaction-id'];
  response.setHeader(
    'X-Transaction-Id',
    typeof presented === 'string' && USABLE.test(presented) ? presented : randomUUID(),
  );
  next();
}

/** The id that `transactionIdOfEachAnswer` has set. */
export function transactionIdOf(response: Response): string {
  return String(response.getHeader('X-Transaction-Id'));
}
