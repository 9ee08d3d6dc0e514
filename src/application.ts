import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import { AppModule } from './app.module';
import type { Config } from './config';
import { Readiness } from './health/readiness';
import { configureHttp } from './http/configure';
import { nestLogger } from './logger';
import { serveOpenApi } from './openapi';

/**
 * The application on a migrated database: complete, but it does not listen yet, and neither consumers nor
 * jobs run. Tests use it as it is and drive both themselves.
 */
export async function createApplication(
  config: Config,
  databaseUrl: string,
  logger: Logger,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(config, databaseUrl, logger), {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const readiness = app.get(Readiness);
  configureHttp(app, config, logger, () => readiness.isDraining);
  serveOpenApi(app);
  return app;
}
