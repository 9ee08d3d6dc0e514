import { Module } from '@nestjs/common';
import { EventCatalogue } from '../events/event-catalogue';
import { EventsController } from './events.controller';
import { Expiry } from './expiry.service';
import { FanOut } from './fan-out.consumer';
import { LiveSubscriptions } from './live-subscriptions';
import { SampleDeliveries } from './sample-deliveries.service';
import { Sequences } from './sequences.service';
import { SourceEvents } from './source-events.service';
import { SubscriptionChannelsController } from './subscription-channels.controller';
import { SubscriptionChannels } from './subscription-channels.service';
import { SubscriptionRules } from './subscription-rules.service';
import { SubscriptionsController } from './subscriptions.controller';
import { Subscriptions } from './subscriptions.service';
import { tuatahiEventTypes } from './tuatahi.event-types';
import { TuatahiJobs } from './tuatahi.jobs';

/** Who wants which events: the Notifications Management API, and the matching of events. */
@Module({
  controllers: [SubscriptionsController, SubscriptionChannelsController, EventsController],
  providers: [
    Subscriptions,
    SubscriptionRules,
    SubscriptionChannels,
    SampleDeliveries,
    Sequences,
    SourceEvents,
    LiveSubscriptions,
    FanOut,
    Expiry,
    TuatahiJobs,
  ],
})
export class TuatahiModule {
  constructor(catalogue: EventCatalogue) {
    catalogue.register(...tuatahiEventTypes);
  }
}
