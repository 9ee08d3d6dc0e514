import { Inject, Injectable } from '@nestjs/common';
import type { StreamInfo } from '@nats-io/jetstream';
import type { Logger } from 'pino';
import { LOGGER } from '../../config.module';
import { causeOf, messageOf } from '../consumer-failure';
import { CounterpartAway } from '../durable-consumer';
import { askNats } from './ask-nats';
import { JetStreamState } from './jetstream-state';
import { NATS_CONFIG, type NatsConfig } from './nats-config';
import { NatsLink, type NatsSession } from './nats-link';
import { differences, incompatibilities, newStream } from './stream-settings';

/** The stream that events are published to: created, or checked, at each connection and after each failure. */
@Injectable()
export class PublishedStream {
  private checked: { readonly session: NatsSession; readonly result: Promise<void> } | undefined;

  constructor(
    private readonly link: NatsLink,
    private readonly state: JetStreamState,
    @Inject(NATS_CONFIG) private readonly config: NatsConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  get name(): string {
    return this.config.stream;
  }

  /** Connects in the background, and sees to the stream as soon as there is a connection. */
  open(): void {
    this.link.start(() => void this.ready().catch(() => undefined));
  }

  /**
   * The connection over which the stream can be published to.
   * @throws CounterpartAway when there is none, or the stream can't be used
   */
  async ready(): Promise<NatsSession> {
    this.open();
    const session = await this.link.session();
    if (this.checked?.session !== session) {
      const result = this.check(session);
      this.checked = { session, result };
      result.catch((error: unknown) => this.doubt(error));
    }
    await this.checked.result;
    return session;
  }

  /** Something went wrong: who needs it next looks at it again. */
  doubt(error: unknown): void {
    this.checked = undefined;
    this.state.lastFailure = messageOf(causeOf(error));
  }

  private async check(session: NatsSession): Promise<void> {
    const stream = this.name;
    try {
      const found = (await this.find(session)) ?? (await this.create(session));
      const problems = incompatibilities(found.config);
      if (problems.length > 0) throw new CounterpartAway(unusable(stream, problems));
      const different = differences(found.config, this.config);
      if (different.length > 0 && different.join() !== this.state.differences.join()) {
        this.logger.warn(
          { stream, different },
          'the stream has other settings than configured; it is left so',
        );
      }
      this.state.differences = different;
      this.state.mended();
    } catch (error) {
      const text = (error as Error).message;
      if (this.state.failed(text)) {
        this.logger.error({ stream, err: error }, 'events can not be published to the stream');
      }
      throw error;
    }
  }

  private async find({ streams }: NatsSession): Promise<StreamInfo | undefined> {
    const found = streams.info(this.name).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'StreamNotFoundError') return undefined;
      throw error;
    });
    return askNats(`does not tell of the stream ${this.name}`, found);
  }

  private async create({ streams }: NatsSession): Promise<StreamInfo> {
    const settings = newStream(this.config);
    const created = await askNats(`can not create the stream ${this.name}`, streams.add(settings));
    this.logger.info({ stream: this.name, settings }, 'stream created');
    return created;
  }
}

function unusable(stream: string, problems: readonly string[]): string {
  return `the stream ${stream} can not be used: ${problems.join('; ')}`;
}
