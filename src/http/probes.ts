import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { notServedHere } from '../problems/problems';
import { isProbe } from './quiet-paths';

/** A worker (`ROLE=worker`) answers probes and scrapes, and leaves everything else to those who serve the API. */
export function probesOnly(request: Request, _response: Response, next: NextFunction): void {
  next(isProbe(request.path) ? undefined : notServedHere('This process is a worker; others serve the API.'));
}

/** Who asks whether we are well is never put off: it would be taken for a no. */
export function exceptProbes(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (isProbe(request.path)) next();
    else void handler(request, response, next);
  };
}
