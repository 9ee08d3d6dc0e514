import { Global, Module } from '@nestjs/common';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { BearerTokens } from './bearer-tokens';

@Global()
@Module({
  providers: [
    {
      provide: BearerTokens,
      useFactory: (config: Config) => new BearerTokens(config.auth),
      inject: [CONFIG],
    },
  ],
  exports: [BearerTokens],
})
export class AuthModule {}
