import { Global, Module } from '@nestjs/common';
import { PoolMetrics } from './pool.metrics';
import { Signals } from './signals';

@Global()
@Module({ providers: [Signals, PoolMetrics], exports: [Signals] })
export class DatabaseModule {}
