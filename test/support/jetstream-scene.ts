import { ConsumerRegistry } from '../../src/events/consumer-registry';
import { Consumers } from '../../src/events/consumers';
import type { StepOutcome } from '../../src/events/consumer-step';
import { eventually } from './eventually';
import { type Gateway, startGateway } from './gateway';
import { ask } from './http';
import { NatsReader } from './nats-reader';
import { NatsServer } from './nats-server';

interface SceneOptions {
  /** Of nats-server. */
  readonly settings?: string;
  /** Of the gateway. */
  readonly env?: Record<string, string>;
}

/** A nats-server, a gateway that publishes to it, and a plain client that reads. */
export class JetStreamScene {
  private readonly replicas: Gateway[] = [];
  private readonly readers: NatsReader[] = [];

  private constructor(
    readonly nats: NatsServer,
    readonly gateway: Gateway,
    private readonly env: Record<string, string>,
  ) {}

  static async open({ settings, env = {} }: SceneOptions = {}): Promise<JetStreamScene> {
    const nats = await NatsServer.start(settings);
    const gateway = await startGateway({ env: { NATS_URL: nats.url, ...env } });
    return new JetStreamScene(nats, gateway, env);
  }

  /** Another gateway on the same database, as fresh as after a start. */
  async replica(env: Record<string, string> = {}): Promise<Gateway> {
    const replica = await startGateway({
      env: { NATS_URL: this.nats.url, ...this.env, ...env },
      databaseUrl: this.gateway.databaseUrl,
    });
    this.replicas.push(replica);
    return replica;
  }

  /** A client with a connection of its own; one that outlives the server is of no use. */
  async reader(): Promise<NatsReader> {
    const reader = await NatsReader.connect(this.nats.url);
    this.readers.push(reader);
    return reader;
  }

  /** Positions of the events in the stream, as they stand there. */
  async positions(): Promise<number[]> {
    return (await this.reader()).positions();
  }

  /** Lets a gateway publish until it has nothing left. */
  async published(gateway = this.gateway): Promise<number[]> {
    await eventually(
      'all is published',
      async () => {
        await gateway.settle('jetstream');
        return behind(gateway);
      },
      (lag) => lag === 0,
    );
    return this.positions();
  }

  async close(): Promise<void> {
    for (const reader of this.readers) await reader.close();
    for (const gateway of [...this.replicas, this.gateway]) await gateway.close();
    await this.nats.stop();
  }
}

/** One step of the consumer. */
export async function publishOnce({ app }: Gateway): Promise<StepOutcome> {
  const consumer = app.get(ConsumerRegistry).named('jetstream');
  if (!consumer) throw new Error('it does not publish');
  const loop = app.get(Consumers).loopOf(consumer);
  await loop.createCursor();
  return loop.runOnce();
}

/** Events that are not published yet. */
export async function behind({ dataSource }: Gateway): Promise<number> {
  const [row] = await dataSource.query<{ lag: number }[]>(
    `SELECT (head.position - cursor.position)::int AS lag
     FROM event_log_head head, event_cursor cursor WHERE consumer = 'jetstream'`,
  );
  return row?.lag ?? Infinity;
}

/** What `GET /health/ready` tells of publishing; undefined: nothing. */
export async function healthOf({ url }: Gateway): Promise<Record<string, unknown> | undefined> {
  const { body } = await ask(`${url}/health/ready`);
  return (body['information'] as Record<string, Record<string, unknown>>)['jetstream'];
}

/** 1, 2, 3, … */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
