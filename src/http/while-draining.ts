import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** While the process stops it still answers, but asks clients to come back over a new connection, elsewhere. */
export function whileDraining(isDraining: () => boolean): RequestHandler {
  return (_request: Request, response: Response, next: NextFunction) => {
    if (isDraining()) response.setHeader('Connection', 'close');
    next();
  };
}
