import type { DataSourceOptions } from 'typeorm';
import { EventLog1763700000000 } from './database/migrations/1763700000000-event-log';
import { SpgNotifications1763700100000 } from './database/migrations/1763700100000-spg-notifications';
import { SpgWorkOrders1763700200000 } from './database/migrations/1763700200000-spg-work-orders';
import { SpgGaps1763700300000 } from './database/migrations/1763700300000-spg-gaps';
import { Delivery1763800000000 } from './database/migrations/1763800000000-delivery';
import { TuatahiSubscriptions1763800100000 } from './database/migrations/1763800100000-tuatahi-subscriptions';
import { EventPartitions1763900000000 } from './database/migrations/1763900000000-event-partitions';
import { Replays1763900100000 } from './database/migrations/1763900100000-replays';
import { ReplayLanes1764000000000 } from './database/migrations/1764000000000-replay-lanes';
import { FollowupBooking1764100000000 } from './database/migrations/1764100000000-followup-booking';
import { DeliveryLeases1764200000000 } from './database/migrations/1764200000000-delivery-leases';
import { TransactionsOfNotifications1764200100000 } from './database/migrations/1764200100000-transactions-of-notifications';
import { DaysBegun1764200200000 } from './database/migrations/1764200200000-days-begun';
import { ItasEvents1764300000000 } from './database/migrations/1764300000000-itas-events';
import { Traces1764400000000 } from './database/migrations/1764400000000-traces';
import { UnhealedGaps1764500000000 } from './database/migrations/1764500000000-unhealed-gaps';
import { PartQuantities1764600000000 } from './database/migrations/1764600000000-part-quantities';
import { SelfCheck1764700000000 } from './database/migrations/1764700000000-self-check';
import { ArchivedEntity } from './delivery/archived.entity';
import { AttemptEntity } from './delivery/attempt.entity';
import { ChannelEntity } from './delivery/channel.entity';
import { LastAttemptEntity } from './delivery/last-attempt.entity';
import { DeliveryNotificationEntity } from './delivery/notification.entity';
import { ReplayItemEntity } from './delivery/replay-item.entity';
import { ReplayPaceEntity } from './delivery/replay-pace.entity';
import { ReplayEntity } from './delivery/replay.entity';
import { DomainEventEntity } from './events/domain-event.entity';
import { EventCursorEntity } from './events/event-cursor.entity';
import { EventLogHeadEntity } from './events/event-log-head.entity';
import { ParkedEventEntity } from './events/parked-event.entity';
import { BookingEntity } from './followup-booking/booking.entity';
import { CalendarEntity } from './followup-booking/calendar.entity';
import { PartOrderEntity } from './followup-booking/part-order.entity';
import { WindowEntity } from './followup-booking/window.entity';
import { DeadLetterEntity } from './itas-events/dead-letter.entity';
import { MailboxEntity } from './itas-events/mailbox.entity';
import { MessageEntity } from './itas-events/message.entity';
import { GapEntity } from './spg/gap.entity';
import { ConflictingNotificationEntity } from './spg/conflicting-notification.entity';
import { NotificationEntity } from './spg/notification.entity';
import { StreamEntity } from './spg/stream.entity';
import { WorkOrderEntity } from './spg/work-order.entity';
import { LedgerLookEntity } from './tuatahi/ledger-look.entity';
import { SourceEventEntity } from './tuatahi/source-event.entity';
import { SubscriptionEntity } from './tuatahi/subscription.entity';

/** All that is stored: part of the composition root, like `app.module.ts`. */
const entities = [
  DomainEventEntity,
  EventLogHeadEntity,
  EventCursorEntity,
  ParkedEventEntity,
  NotificationEntity,
  ConflictingNotificationEntity,
  WorkOrderEntity,
  GapEntity,
  StreamEntity,
  ChannelEntity,
  DeliveryNotificationEntity,
  AttemptEntity,
  ReplayEntity,
  ReplayItemEntity,
  ReplayPaceEntity,
  LastAttemptEntity,
  ArchivedEntity,
  SubscriptionEntity,
  SourceEventEntity,
  LedgerLookEntity,
  CalendarEntity,
  WindowEntity,
  BookingEntity,
  PartOrderEntity,
  MessageEntity,
  DeadLetterEntity,
  MailboxEntity,
];

const migrations = [
  EventLog1763700000000,
  SpgNotifications1763700100000,
  SpgWorkOrders1763700200000,
  SpgGaps1763700300000,
  Delivery1763800000000,
  TuatahiSubscriptions1763800100000,
  EventPartitions1763900000000,
  Replays1763900100000,
  ReplayLanes1764000000000,
  FollowupBooking1764100000000,
  DeliveryLeases1764200000000,
  TransactionsOfNotifications1764200100000,
  DaysBegun1764200200000,
  ItasEvents1764300000000,
  Traces1764400000000,
  UnhealedGaps1764500000000,
  PartQuantities1764600000000,
  SelfCheck1764700000000,
];

/**
 * The server ends a session whose client has vanished without a word (its machine has lost its power, or the network)
 * after 11 s. What the session held, such as the cursor of a consumer, another replica can have then.
 */
const KEEPALIVES = {
  tcp_keepalives_idle: '5s',
  tcp_keepalives_interval: '2s',
  tcp_keepalives_count: '3',
  // As long as that when the server was just sending: then it does not probe.
  tcp_user_timeout: '11s',
};

/** Options of the one data source, for the application, the migrations and the TypeORM command line. */
export function dataSourceOptions(url: string, poolSize = 10): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities,
    migrations,
    migrationsTableName: 'migration',
    synchronize: false,
    // Not the extension (see the next line), but its `gen_random_uuid()`, which PostgreSQL has had itself since 13.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    poolSize,
    connectTimeoutMS: 5000,
    applicationName: 'karere',
    // A connection that the server has closed must not end the process; the next query gets a new one.
    poolErrorHandler: () => undefined,
    extra: {
      idle_in_transaction_session_timeout: 60_000,
      statement_timeout: 60_000,
      options: Object.entries(KEEPALIVES)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    },
  };
}
