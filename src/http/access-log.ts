import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { traceIdOf } from '../tracing/traceparent';
import type { HttpMetrics } from './http.metrics';
import { isQuiet } from './quiet-paths';
import { transactionIdOf } from './transaction-id';

/**
 * One log line and one measurement for each answer; `client` is the address that `TRUST_PROXY` lets us see. Neither
 * headers, query nor body are logged: they hold secrets and customers' names.
 */
export function accessLog(logger: Logger, metrics: HttpMetrics): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const start = process.hrtime.bigint();
    // Not known any more when it has left.
    const client = request.ip;
    response.on('close', () => {
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      const { path: route } = (request.route ?? {}) as { path?: unknown };
      const status = response.writableFinished ? response.statusCode : 499;
      metrics.observe(request.method, typeof route === 'string' ? route : 'none', status, seconds);
      if (isQuiet(request.path) && status < 500) return;
      logger.info(
        {
          transactionId: transactionIdOf(response),
          ...traceOf(response),
          client,
          method: request.method,
          path: request.path,
          status,
          ...problemOf(response),
          ms: Math.round(seconds * 1e5) / 100,
        },
        'request',
      );
    });
    next();
  };
}

/** Which problem the problem filter has answered with, if any. */
function problemOf({ locals }: Response): { problem?: unknown } {
  return locals['problem'] === undefined ? {} : { problem: locals['problem'] };
}

/** The trace that the request was part of, if any. */
function traceOf({ locals }: Response): { traceId?: string } {
  const traceparent: unknown = locals['traceparent'];
  return typeof traceparent === 'string' ? { traceId: traceIdOf(traceparent) } : {};
}
