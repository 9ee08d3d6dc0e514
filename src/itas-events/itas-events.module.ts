import { Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG, LOGGER } from '../config.module';
import { EventCatalogue } from '../events/event-catalogue';
import { HealthInformation } from '../health/health-information';
import { HealthModule } from '../health/health.module';
import { ItasConnector } from './itas-connector';
import { DeadLetterStore } from './dead-letter-store';
import { DeadLetterEntity } from './dead-letter.entity';
import { DeadLettersController } from './dead-letters.controller';
import { DeadLetters } from './dead-letters.service';
import { itasEventTypes } from './itas.event-types';
import { ItasRetention } from './itas-retention.service';
import { ItasJobs } from './itas.jobs';
import { ItasMetrics } from './itas.metrics';
import { MailboxIntake } from './mailbox-intake';
import { MailboxReports } from './mailbox-report';
import { MessageStore } from './message-store';
import { MessageEntity } from './message.entity';
import { MessagesController } from './messages.controller';
import { Messages } from './messages.service';
import { Push } from './push.service';
import { TopicsController } from './topics.controller';

/** Takes in what ITAS has to tell: by push, and from its mailbox. */
@Module({
  imports: [HealthModule, TypeOrmModule.forFeature([MessageEntity, DeadLetterEntity])],
  controllers: [MessagesController, DeadLettersController, TopicsController],
  providers: [
    MessageStore,
    DeadLetterStore,
    Push,
    Messages,
    DeadLetters,
    MailboxIntake,
    MailboxReports,
    ItasMetrics,
    ItasRetention,
    ItasJobs,
    {
      provide: ItasConnector,
      inject: [CONFIG, DataSource, MailboxIntake, ItasMetrics, LOGGER],
      useFactory: (
        { itas }: Config,
        dataSource: DataSource,
        intake: MailboxIntake,
        metrics: ItasMetrics,
        logger: Logger,
      ) => new ItasConnector(itas.mailbox, { dataSource, intake, metrics, logger }),
    },
  ],
})
export class ItasEventsModule implements OnModuleDestroy {
  constructor(
    catalogue: EventCatalogue,
    information: HealthInformation,
    reports: MailboxReports,
    @Inject(ItasConnector) private readonly connector: ItasConnector,
  ) {
    catalogue.register(...itasEventTypes);
    information.register('itas', () => reports.read());
  }

  async onModuleDestroy(): Promise<void> {
    await this.connector.close();
  }
}
