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

  /** All events that are in the stream, in order, as a consumer gets them. */
  async messages(): Promise<ReadMessage[]> {
    const { state } = await this.manager.streams.info(this.stream);
    if (state.messages === 0) return [];
    const consumer = await this.manager.jetstream().consumers.get(this.stream);
    const read: ReadMessage[] = [];
    for await (const message of await consumer.consume()) {
      const { seq: sequence, subject, headers } = message;
      if (headers?.has('Karere-Position')) {
        read.push({
          sequence,
          subject,
          id: headers.get('Nats-Msg-Id'),
          contentType: headers.get('content-type'),
          late: headers.has('Karere-Late'),
          event: new CloudEvent(message.json<object>(), true),
        });
      }
      if (message.info.pending === 0) break;
    }
    return read;
  }

  async lastSequence(): Promise<number> {
    return (await this.manager.streams.info(this.stream)).state.last_seq;
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
