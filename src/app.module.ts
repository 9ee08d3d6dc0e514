import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Logger } from 'pino';
import { AuthModule } from './auth/auth.module';
import type { Config } from './config';
import { ConfigModule } from './config.module';
import { DatabaseModule } from './database/database.module';
import { DeliveryModule } from './delivery/delivery.module';
import { EventsModule } from './events/events.module';
import { JetStreamModule } from './events/jetstream/jetstream.module';
import { FollowupBookingModule } from './followup-booking/followup-booking.module';
import { HealthModule } from './health/health.module';
import { HttpModule } from './http/http.module';
import { ItasEventsModule } from './itas-events/itas-events.module';
import { MetricsModule } from './metrics/metrics.module';
import { ProblemsModule } from './problems/problems.module';
import { dataSourceOptions } from './schema';
import { SpgModule } from './spg/spg.module';
import { TracingModule } from './tracing/tracing.module';
import { TuatahiModule } from './tuatahi/tuatahi.module';

/** The composition root: the one place that knows every module. */
@Module({})
export class AppModule {
  /** @param databaseUrl a migrated database */
  static with(config: Config, databaseUrl: string, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config, logger),
        TypeOrmModule.forRoot({
          ...dataSourceOptions(databaseUrl, config.database.poolSize),
          retryAttempts: 0,
        }),
        // Without it the jobs of the modules are not scheduled: this replica only answers requests.
        ...(config.runsWork ? [ScheduleModule.forRoot()] : []),
        MetricsModule,
        TracingModule,
        HttpModule,
        ProblemsModule,
        AuthModule,
        DatabaseModule,
        EventsModule,
        ...(config.nats ? [JetStreamModule] : []),
        DeliveryModule,
        HealthModule,
        SpgModule,
        TuatahiModule,
        ItasEventsModule,
        FollowupBookingModule,
      ],
    };
  }
}
