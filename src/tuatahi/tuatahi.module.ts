import { Module } from '@nestjs/common';
import { EventCatalogue } from '../events/event-catalogue';
import { Checkpoints } from './checkpoints.service';
import { CompletenessJobs } from './completeness.jobs';
import { EventsController } from './events.controller';
import { ExpiryWarnings } from './expiry-warnings.service';
import { ExpiryJobs } from './expiry.jobs';
import { Explanations } from './explanations.service';
import { Expiry } from './expiry.service';
import { FanOut } from './fan-out.consumer';
import { LiveSubscriptions } from './live-subscriptions';
import { LedgerController } from './ledger.controller';
import { Ledger } from './ledger.service';
import { NotificationsController } from './notifications.controller';
import { Notifications } from './notifications.service';
import { ReplaySelections } from './replay-selections.service';
import { ReplayRequests } from './replay-requests.service';
import { ReplaysController } from './replays.controller';
import { SampleDeliveries } from './sample-deliveries.service';
import { SelfCheck } from './self-check.service';
import { Sequences } from './sequences.service';
import { SourceEvents } from './source-events.service';
import { SubscriptionChannelsController } from './subscription-channels.controller';
import { SubscriptionChannels } from './subscription-channels.service';
import { SubscriptionCreation } from './subscription-creation.service';
import { SubscriptionEnds } from './subscription-ends.service';
import { SubscriptionsController } from './subscriptions.controller';
import { Subscriptions } from './subscriptions.service';
import { tuatahiEventTypes } from './tuatahi.event-types';

/** Who wants which events: the Notifications Management API, and the matching of events. */
@Module({
  controllers: [
    SubscriptionsController,
    SubscriptionChannelsController,
    EventsController,
    NotificationsController,
    ReplaysController,
    LedgerController,
  ],
  providers: [
    Subscriptions,
    SubscriptionCreation,
    SubscriptionEnds,
    SubscriptionChannels,
    SampleDeliveries,
    Sequences,
    SourceEvents,
    LiveSubscriptions,
    FanOut,
    Expiry,
    ExpiryWarnings,
    Checkpoints,
    Notifications,
    Explanations,
    ReplayRequests,
    ReplaySelections,
    Ledger,
    SelfCheck,
    ExpiryJobs,
    CompletenessJobs,
  ],
})
export class TuatahiModule {
  constructor(catalogue: EventCatalogue) {
    catalogue.register(...tuatahiEventTypes);
  }
}
