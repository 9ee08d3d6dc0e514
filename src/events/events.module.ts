import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConsumerStates } from '../health/consumer-states';
import { BusConsumer } from './bus.consumer';
import { ConsumerLags } from './consumer-lags';
import { ConsumerRegistry } from './consumer-registry';
import { ConsumerSteps } from './consumer-steps';
import { Consumers } from './consumers';
import { EventCatalogue } from './event-catalogue';
import { EventPartitions } from './event-partitions.service';
import { EventLog } from './event-log';
import { EventLogMetrics } from './event-log.metrics';
import { EventStreams } from './event-streams.service';
import { FeedReader } from './feed-reader';
import { FeedViews } from './feed-views.service';
import { FeedController } from './feed.controller';
import { FeedMetrics } from './feed.metrics';
import { Feed } from './feed.service';
import { LogGrowth } from './log-growth';
import { OpenReaders } from './open-readers';
import { ParkedEventEntity } from './parked-event.entity';
import { ParkedEventsController } from './parked-events.controller';
import { ParkedEvents } from './parked-events.service';
import { StreamLimits } from './stream-limits';

@Global()
@Module({
  imports: [DiscoveryModule, EventEmitterModule.forRoot(), TypeOrmModule.forFeature([ParkedEventEntity])],
  controllers: [ParkedEventsController, FeedController],
  providers: [
    EventLog,
    EventPartitions,
    EventCatalogue,
    EventLogMetrics,
    ConsumerLags,
    { provide: ConsumerStates, useExisting: ConsumerLags },
    ConsumerRegistry,
    ConsumerSteps,
    Consumers,
    BusConsumer,
    ParkedEvents,
    Feed,
    EventStreams,
    FeedViews,
    FeedReader,
    LogGrowth,
    OpenReaders,
    StreamLimits,
    FeedMetrics,
  ],
  exports: [EventLog, EventPartitions, EventCatalogue, Consumers, ConsumerStates],
})
export class EventsModule {}
