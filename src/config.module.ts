import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from './config';

export const CONFIG = Symbol('config');
export const LOGGER = Symbol('logger');

/** Hands down what `main.ts` has made: the configuration and the logger. */
@Module({})
export class ConfigModule {
  static with(config: Config, logger: Logger): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useValue: logger },
      ],
      exports: [CONFIG, LOGGER],
    };
  }
}
