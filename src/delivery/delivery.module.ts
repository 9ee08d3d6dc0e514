import { Global, Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG, LOGGER } from '../config.module';
import { Signals } from '../database/signals';
import { EventCatalogue } from '../events/event-catalogue';
import { Tracing } from '../tracing/tracing';
import { AddressPolicy } from './address-policy';
import { ChannelSecrets } from './channel-secrets';
import { ChannelWatch } from './channel-watch.service';
import { Channels } from './channels.service';
import { Claims } from './claims';
import { Composition } from './composition';
import { ContactNotices } from './contact-notices.consumer';
import { Courses } from './courses';
import { Delivery } from './delivery';
import { HistoryPartitions } from './history-partitions.service';
import { DeliveryJobs } from './delivery.jobs';
import { DeliveryMetrics } from './delivery.metrics';
import { Dispatcher } from './dispatcher';
import { EmailSender } from './email-sender';
import { EndedQueues } from './ended-queues.consumer';
import { REPLAY_MAIL_SLOTS } from './endpoint-name';
import { DELIVERY_CHANNEL } from './enqueue';
import { NetworkGuard } from './network-guard';
import { NotificationLog } from './notification-log.service';
import { Outcomes } from './outcomes';
import { Overdue } from './overdue.service';
import { ReplayJobs } from './replay.jobs';
import { ReplayMover } from './replay-mover.service';
import { Replays } from './replays.service';
import { RetentionJobs } from './retention.jobs';
import { Retention } from './retention.service';
import { Reseal } from './reseal.service';
import { SecretBox } from './secret-box';
import { WebhookSender } from './webhook-sender';

const MAIL_CONNECTIONS = 5;

/** After the longest delivery: for writing its outcome. */
const LEASE_RESERVE_MS = 30_000;

/** Within the time that a process has to stop. */
const DRAIN_MS = 5000;

/** Delivers notifications by webhook and e-mail: the queue, the dispatcher, the senders. */
@Global()
@Module({
  providers: [
    Channels,
    ChannelSecrets,
    NotificationLog,
    Replays,
    ReplayMover,
    HistoryPartitions,
    Overdue,
    Retention,
    ChannelWatch,
    ContactNotices,
    DeliveryJobs,
    ReplayJobs,
    RetentionJobs,
    DeliveryMetrics,
    EndedQueues,
    Outcomes,
    Reseal,
    {
      provide: SecretBox,
      inject: [CONFIG],
      useFactory: ({ delivery: { encryptionKeys } }: Config) =>
        new SecretBox({
          current: Buffer.from(encryptionKeys.current, 'base64'),
          previous: encryptionKeys.previous.map((key) => Buffer.from(key, 'base64')),
        }),
    },
    {
      provide: WebhookSender,
      inject: [CONFIG],
      useFactory: ({ delivery: { allowedNetworks, concurrency } }: Config) =>
        new WebhookSender({
          guard: new NetworkGuard(new AddressPolicy(allowedNetworks)),
          connections: concurrency,
        }),
    },
    {
      provide: EmailSender,
      inject: [CONFIG],
      useFactory: ({ delivery: { mail } }: Config) =>
        new EmailSender({ ...mail, connections: MAIL_CONNECTIONS + REPLAY_MAIL_SLOTS }),
    },
    {
      provide: Delivery,
      inject: [EventCatalogue, ChannelSecrets, WebhookSender, EmailSender, Tracing, CONFIG],
      useFactory: (
        catalogue: EventCatalogue,
        secrets: ChannelSecrets,
        webhooks: WebhookSender,
        mails: EmailSender,
        tracing: Tracing,
        { delivery: { timeoutMs, retryDelaysMs, mail } }: Config,
      ) =>
        new Delivery(new Composition(catalogue, secrets, mail.from), webhooks, mails, tracing, {
          timeoutMs,
          schedule: retryDelaysMs,
        }),
    },
    {
      provide: Dispatcher,
      inject: [DataSource, Delivery, Outcomes, Signals, CONFIG, LOGGER],
      useFactory: (
        dataSource: DataSource,
        delivery: Delivery,
        outcomes: Outcomes,
        signals: Signals,
        { delivery: { concurrency, endpointConcurrency, timeoutMs, mail } }: Config,
        logger: Logger,
      ) => {
        const claims = new Claims(dataSource, {
          concurrency,
          endpointConcurrency,
          mailConcurrency: MAIL_CONNECTIONS,
          leaseMs: Math.max(timeoutMs, mail.timeoutMs) + LEASE_RESERVE_MS,
          drainMs: DRAIN_MS,
        });
        const courses = new Courses(claims, delivery, outcomes, logger);
        return new Dispatcher(claims, courses, signals.on(DELIVERY_CHANNEL), logger);
      },
    },
  ],
  exports: [Channels, Delivery, Dispatcher, EndedQueues, NotificationLog, Replays, Overdue],
})
export class DeliveryModule implements OnModuleDestroy {
  constructor(
    @Inject(WebhookSender) private readonly webhooks: WebhookSender,
    @Inject(EmailSender) private readonly mails: EmailSender,
  ) {}

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.webhooks.close(), this.mails.close()]);
  }
}
