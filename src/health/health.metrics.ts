import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { Metrics } from '../metrics/metrics';
import { Readiness } from './readiness';

@Injectable()
export class HealthMetrics {
  constructor(metrics: Metrics, readiness: Readiness) {
    const ready = new Gauge({
      name: 'karere_ready',
      help: '1: this process should be sent requests, as /health/ready says',
      registers: [metrics.registry],
    });
    metrics.beforeScrape(async () => {
      const { status } = await readiness.report();
      ready.set(status === 'ready' ? 1 : 0);
    });
  }
}
