import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { unavailable } from '../problems/problems';

/** By this header a balancer says that it asks another replica when this one answers 503 (`docker/nginx.conf`). */
const ASKS_ELSEWHERE = 'x-retry-elsewhere';

/**
 * While the process stops it still answers. A balancer that can't know by itself who is ready learns it by a 503,
 * and only where that costs nobody an answer.
 */
export function whileDraining(isDraining: () => boolean): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction) => {
    if (isDraining() && request.headers[ASKS_ELSEWHERE] !== undefined) {
      next(unavailable('This process is stopping; others go on.', { retryAfterSeconds: 1 }));
    } else next();
  };
}
