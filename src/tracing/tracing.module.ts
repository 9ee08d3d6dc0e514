import { Global, Module, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../config';
import { CONFIG, LOGGER } from '../config.module';
import { OpenTelemetry } from './open-telemetry';
import { NoTracing, Tracing } from './tracing';

@Global()
@Module({
  providers: [
    {
      provide: Tracing,
      inject: [CONFIG, LOGGER],
      useFactory: ({ tracing }: Config, logger: Logger): Promise<Tracing> | Tracing =>
        tracing ? OpenTelemetry.start(tracing, logger) : new NoTracing(),
    },
  ],
  exports: [Tracing],
})
export class TracingModule implements OnModuleDestroy {
  constructor(private readonly tracing: Tracing) {}

  async onModuleDestroy(): Promise<void> {
    await this.tracing.close();
  }
}
