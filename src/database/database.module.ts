import { Global, Module } from '@nestjs/common';
import { PoolMetrics } from './pool.metrics';
import { Signals } from './signals';
import { SilentConnections } from './silent-connections';

@Global()
@Module({ providers: [Signals, PoolMetrics, SilentConnections], exports: [Signals] })
export class DatabaseModule {}
