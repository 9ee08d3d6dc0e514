import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { withTraceparent } from '../tracing/trace-context';
import { readTraceparent } from '../tracing/traceparent';
import type { Span, Tracing } from '../tracing/tracing';
import { isQuiet } from './quiet-paths';
import { transactionIdOf } from './transaction-id';

/**
 * Makes a request part of a trace: of the caller's, when it presents a usable `traceparent` (W3C Trace Context),
 * else of a new one when spans are collected. All that it states is part of it, too. Without either this is a look
 * at one header.
 */
export function traceRequests(tracing: Tracing): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const presented = readTraceparent(request.headers['traceparent']);
    const span = isQuiet(request.path)
      ? undefined
      : tracing.begin(request.method, { kind: 'server', parent: presented });
    const traceparent = span?.traceparent ?? presented;
    if (traceparent === undefined) return next();
    response.locals['traceparent'] = traceparent;
    if (span) response.on('close', () => endSpan(span, request, response));
    withTraceparent(traceparent, next);
  };
}

function endSpan(span: Span, request: Request, response: Response): void {
  const { path } = (request.route ?? {}) as { path?: unknown };
  const route = typeof path === 'string' ? path : undefined;
  const { statusCode: status, writableFinished } = response;
  span.end({
    ...(route !== undefined && { name: `${request.method} ${route}` }),
    attributes: {
      'http.request.method': request.method,
      'url.path': request.path,
      ...(route !== undefined && { 'http.route': route }),
      ...(writableFinished && { 'http.response.status_code': status }),
      'karere.transaction_id': transactionIdOf(response),
    },
    error: writableFinished ? (status >= 500 ? `answered ${status}` : undefined) : 'the client left',
  });
}
