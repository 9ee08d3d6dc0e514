import { Module } from '@nestjs/common';
import { HealthInformation } from './health-information';
import { HealthController } from './health.controller';
import { Readiness } from './readiness';

@Module({
  controllers: [HealthController],
  providers: [Readiness, HealthInformation],
  exports: [Readiness, HealthInformation],
})
export class HealthModule {}
