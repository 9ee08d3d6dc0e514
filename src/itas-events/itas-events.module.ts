import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventCatalogue } from '../events/event-catalogue';
import { DeadLetterStore } from './dead-letter-store';
import { DeadLetterEntity } from './dead-letter.entity';
import { DeadLettersController } from './dead-letters.controller';
import { DeadLetters } from './dead-letters.service';
import { itasEventTypes } from './itas.event-types';
import { MessageStore } from './message-store';
import { MessageEntity } from './message.entity';
import { MessagesController } from './messages.controller';
import { Messages } from './messages.service';
import { Push } from './push.service';
import { TopicsController } from './topics.controller';

/** Takes in what ITAS has to tell: by push, and from its mailbox. */
@Module({
  imports: [TypeOrmModule.forFeature([MessageEntity, DeadLetterEntity])],
  controllers: [MessagesController, DeadLettersController, TopicsController],
  providers: [MessageStore, DeadLetterStore, Push, Messages, DeadLetters],
})
export class ItasEventsModule {
  constructor(catalogue: EventCatalogue) {
    catalogue.register(...itasEventTypes);
  }
}
