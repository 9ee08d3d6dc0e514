import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { Metrics } from '../metrics/metrics';
import { poolOf } from './pool';

/** The connections of this process to the database, as they are at each scrape. */
@Injectable()
export class PoolMetrics {
  constructor({ registry }: Metrics, dataSource: DataSource) {
    const registers = [registry];
    const pool = poolOf(dataSource);
    new Gauge({
      name: 'karere_database_connections',
      help: 'Connections of this process to the database, by state: busy, idle',
      labelNames: ['state'],
      registers,
      collect() {
        this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
        this.set({ state: 'idle' }, pool.idleCount);
      },
    });
    new Gauge({
      name: 'karere_database_connections_max',
      help: 'Connections of this process to the database at most: DATABASE_POOL_SIZE',
      registers,
      collect() {
        this.set(pool.options.max);
      },
    });
    new Gauge({
      name: 'karere_database_waiting_requests',
      help: 'Who waits in this process for a connection to the database right now',
      registers,
      collect() {
        this.set(pool.waitingCount);
      },
    });
  }
}
