import type { NextFunction, Request, Response } from 'express';
import { notServedHere } from '../problems/problems';

const PROBES = /^\/(health|metrics)(\/|$)/;

/** A worker (`ROLE=worker`) answers probes and scrapes, and leaves everything else to those who serve the API. */
export function probesOnly(request: Request, _response: Response, next: NextFunction): void {
  next(
    PROBES.test(request.path) ? undefined : notServedHere('This process is a worker; others serve the API.'),
  );
}
