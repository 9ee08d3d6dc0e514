import type { Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import { AppModule } from './app.module';
import type { Config } from './config';
import { Readiness } from './health/readiness';
import { configureHttp } from './http/configure';
import { refuseUnreadable } from './http/refuse-unreadable';
import { nestLogger } from './logger';
import { serveAsyncApi } from './asyncapi';
import { serveOpenApi } from './openapi';

/**
 * The application on a migrated database: complete, but it does not listen yet, and neither consumers nor
 * jobs run. Tests use it as it is and drive both themselves.
 * @param providers what is there besides: tests add consumers and listeners of their own
 */
export async function createApplication(
  config: Config,
  databaseUrl: string,
  logger: Logger,
  providers: Provider[] = [],
): Promise<NestExpressApplication> {
  const root = { ...AppModule.with(config, databaseUrl, logger), providers };
  const app = await NestFactory.create<NestExpressApplication>(root, {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  refuseUnreadable(app.getHttpServer());
  const readiness = app.get(Readiness);
  configureHttp(app, config, logger, () => readiness.isDraining);
  serveOpenApi(app);
  serveAsyncApi(app);
  return app;
}
