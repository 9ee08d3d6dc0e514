import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { tooManyRequests } from '../problems/problems';

/**
 * At most `perSecond` requests a second from one client address, counted in this replica alone: it shields
 * the process from a client run wild and is no quota. Behind a balancer the address is the one that
 * `TRUST_PROXY` lets Express see.
 */
export function rateLimit(perSecond: number): RequestHandler {
  const limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
  return (request: Request, _response: Response, next: NextFunction) => {
    limiter.consume(request.ip ?? 'unknown').then(
      () => next(),
      (refusal: unknown) => {
        if (!(refusal instanceof RateLimiterRes)) return next(refusal);
        next(
          tooManyRequests(`More than ${perSecond} requests a second came from your address.`, {
            retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)),
          }),
        );
      },
    );
  };
}
