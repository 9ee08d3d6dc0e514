import { Module } from '@nestjs/common';
import { HealthInformation } from './health-information';
import { HealthController } from './health.controller';
import { HealthMetrics } from './health.metrics';
import { Readiness } from './readiness';

@Module({
  controllers: [HealthController],
  providers: [Readiness, HealthInformation, HealthMetrics],
  exports: [Readiness, HealthInformation],
})
export class HealthModule {}
