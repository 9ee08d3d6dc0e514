import { Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../../config';
import { CONFIG, LOGGER } from '../../config.module';
import { HealthInformation } from '../../health/health-information';
import { HealthModule } from '../../health/health.module';
import { JetStreamConsumer } from './jetstream.consumer';
import { JetStreamMetrics } from './jetstream.metrics';
import { reportOf } from './jetstream-report';
import { JetStreamState } from './jetstream-state';
import { NATS_CONFIG, type NatsConfig } from './nats-config';
import { NatsLink } from './nats-link';
import { PublishedStream } from './published-stream';
import { StreamEnd } from './stream-end';

/** Publishes the event log to NATS JetStream. Only there when `NATS_URL` is set: no consumer, no cursor, no lag. */
@Module({
  imports: [HealthModule],
  providers: [
    { provide: NATS_CONFIG, inject: [CONFIG], useFactory: ({ nats }: Config) => nats },
    {
      provide: NatsLink,
      inject: [NATS_CONFIG, JetStreamState, LOGGER],
      useFactory: (config: NatsConfig, state: JetStreamState, logger: Logger) =>
        new NatsLink(config, state, logger),
    },
    JetStreamState,
    JetStreamMetrics,
    PublishedStream,
    StreamEnd,
    JetStreamConsumer,
  ],
})
export class JetStreamModule implements OnModuleDestroy {
  constructor(
    information: HealthInformation,
    state: JetStreamState,
    stream: PublishedStream,
    @Inject(NatsLink) private readonly link: NatsLink,
  ) {
    information.register('jetstream', () => Promise.resolve(reportOf(state, stream.name)));
  }

  /** By now the consumers have stopped. */
  async onModuleDestroy(): Promise<void> {
    await this.link.close();
  }
}
