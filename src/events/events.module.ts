import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BusConsumer } from './bus.consumer';
import { ConsumerLags } from './consumer-lags';
import { Consumers } from './consumers';
import { EventCatalogue } from './event-catalogue';
import { EventPartitions } from './event-partitions.service';
import { EventLog } from './event-log';
import { EventLogMetrics } from './event-log.metrics';
import { ParkedEventEntity } from './parked-event.entity';
import { ParkedEventsController } from './parked-events.controller';
import { ParkedEvents } from './parked-events.service';

@Global()
@Module({
  imports: [DiscoveryModule, EventEmitterModule.forRoot(), TypeOrmModule.forFeature([ParkedEventEntity])],
  controllers: [ParkedEventsController],
  providers: [
    EventLog,
    EventPartitions,
    EventCatalogue,
    EventLogMetrics,
    ConsumerLags,
    Consumers,
    BusConsumer,
    ParkedEvents,
  ],
  exports: [EventLog, EventPartitions, EventCatalogue, Consumers, ConsumerLags],
})
export class EventsModule {}
