import { type JetStreamManager, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { CloudEvent } from 'cloudevents';

export interface ReadMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly id: string;
  readonly contentType: string;
  readonly late: boolean;
  /** As the SDK has read and checked it. */
  readonly event: CloudEvent<unknown>;
}

/** A plain NATS client beside the gateway, for one stream. */
export class NatsReader {
  private constructor(
    private readonly connection: NatsConnection,
    readonly manager: JetStreamManager,
    readonly stream: string,
  ) {}

  static async connect(url: string, stream = 'KARERE'): Promise<NatsReader> {
    const connection = await connect({ servers: url, reconnect: false });
    return new NatsReader(connection, await jetstreamManager(connection), stream);
  }

  /** All that is in the stream, in order. */
  async messages(): Promise<ReadMessage[]> {
    const { state } = await this.manager.streams.info(this.stream);
    const read: ReadMessage[] = [];
    for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
      const message = await this.manager.streams.getMessage(this.stream, { seq });
      if (!message || message.header.get('Karere-Position') === '') continue;
      read.push({
        sequence: message.seq,
        subject: message.subject,
        id: message.header.get('Nats-Msg-Id'),
        contentType: message.header.get('content-type'),
        late: message.header.has('Karere-Late'),
        event: new CloudEvent(message.json<object>(), true),
      });
    }
    return read;
  }

  /** Positions of the events in it, in the order in which they stand there. */
  async positions(): Promise<number[]> {
    return (await this.messages()).map(({ event }) => Number(event['position']));
  }

  async settings(): Promise<StreamConfig> {
    return (await this.manager.streams.info(this.stream)).config;
  }

  /** As somebody who is not the gateway. */
  async publish(subject: string, body: string): Promise<void> {
    await this.manager.jetstream().publish(subject, body);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
