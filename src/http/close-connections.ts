import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { hasMuchToCome } from './json-body';

/**
 * Ends a connection with its answer when the process stops, so that clients come back elsewhere, and when so much of
 * the request is left that it would have to be read before the connection could serve another one.
 */
export function closeConnections(isDraining: () => boolean): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const writeHead = response.writeHead.bind(response);
    // Decided when the answer begins: since the request came, the process may have been told to stop.
    response.writeHead = ((...head: Parameters<typeof writeHead>) => {
      if (isDraining() || hasMuchToCome(request)) response.setHeader('Connection', 'close');
      return writeHead(...head);
    }) as typeof writeHead;
    next();
  };
}
