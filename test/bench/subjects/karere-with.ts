import type { DynamicModule } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { AppModule } from '../../../src/app.module';
import { type Config, readConfig } from '../../../src/config';
import { configureHttp } from '../../../src/http/configure';
import { createLogger, nestLogger } from '../../../src/logger';
import { serveOpenApi } from '../../../src/openapi';

/**
 * Runs the application with one part replaced, and everything before it as it is: middleware, guard, route and
 * answer.
 */
export function runKarereWith(replace: (builder: TestingModuleBuilder) => TestingModuleBuilder): void {
  listen(readConfig(process.env), replace).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
}

async function listen(
  config: Config,
  replace: (builder: TestingModuleBuilder) => TestingModuleBuilder,
): Promise<void> {
  const logger = createLogger(config);
  const root: DynamicModule = AppModule.with(config, config.database.url ?? '', logger);
  const testing = await replace(Test.createTestingModule({ imports: [root] })).compile();
  const app = testing.createNestApplication<NestExpressApplication>({
    logger: nestLogger(logger),
    bodyParser: false,
  });
  configureHttp(app, config, logger, () => false);
  serveOpenApi(app);
  await app.listen(config.port, config.host);
  process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
}
