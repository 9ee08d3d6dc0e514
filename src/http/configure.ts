import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Config } from '../config';
import { Tracing } from '../tracing/tracing';
import { accessLog } from './access-log';
import { closeConnections } from './close-connections';
import { HttpMetrics } from './http.metrics';
import { exceptProbes, probesOnly } from './probes';
import { QueryPipe } from './query.pipe';
import { rateLimit } from './rate-limit';
import { traceRequests } from './trace-requests';
import { transactionIdOfEachAnswer } from './transaction-id';
import { whileDraining } from './while-draining';

/**
 * Longer than balancers keep a connection that is idle (60 s as a rule): when the end that they send on is the one
 * that closes it, no request is on its way to an end that is closed.
 */
const KEEP_ALIVE_MS = 75_000;

/** What every request passes before it reaches a controller, in this order. */
export function configureHttp(
  app: NestExpressApplication,
  config: Config,
  logger: Logger,
  isDraining: () => boolean,
): void {
  app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
  app.disable('x-powered-by').disable('etag');
  app.set('trust proxy', config.trustProxy);
  app.use(transactionIdOfEachAnswer);
  app.use(traceRequests(app.get(Tracing)));
  // It logs nothing that could need to be redacted, and looking for it in each line would cost a tenth of a request.
  app.use(accessLog(logger.child({}, { redact: [] }), app.get(HttpMetrics)));
  app.use(closeConnections(isDraining));
  app.use(whileDraining(isDraining));
  app.use(helmet({ contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } } }));
  if (!config.servesApi) app.use(probesOnly);
  if (config.rateLimitPerSecond > 0) app.use(exceptProbes(rateLimit(config.rateLimitPerSecond)));
  app.useGlobalPipes(new QueryPipe());
}
