import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JetStreamClient, StreamAPI } from '@nats-io/jetstream';
import type { ConnectionOptions, MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { NatsConfig } from './nats-config';
import { CounterpartAway } from '../durable-consumer';
import { natsFailure } from './ask-nats';
import type { JetStreamState } from './jetstream-state';

/** Between attempts to connect. */
const RECONNECT_MS = 500;

/** For one server. */
const CONNECT_TIMEOUT_MS = 2000;

/** For one answer: a transaction is open meanwhile. */
const ANSWER_TIMEOUT_MS = 3000;

/** A server that has answered none of two pings is given up. */
const PING_MS = 4000;

/** How long who needs a connection waits for an attempt that is under way, and an end for what is. */
const PATIENCE_MS = 1000;

/** One connection, until it is lost. */
export interface NatsSession {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly streams: StreamAPI;
  headers(): MsgHdrs;
}

/**
 * The connection to NATS, made again whenever it is lost. The client's own reconnecting is off: it would keep what
 * was being sent and send it later, when somebody else may have published already.
 */
export class NatsLink {
  private current: NatsSession | undefined;
  private attempt: Promise<unknown> | undefined;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(
    private readonly config: NatsConfig,
    private readonly state: JetStreamState,
    private readonly logger: Logger,
  ) {}

  /** @param onSession is told of each connection */
  start(onSession: () => void): void {
    if (this.running || this.stopping.signal.aborted) return;
    this.state.started = true;
    this.running = this.run(onSession);
  }

  /** @throws CounterpartAway when there is no connection */
  async session(): Promise<NatsSession> {
    if (!this.current) await Promise.race([this.attempt, sleep(PATIENCE_MS, undefined, { ref: false })]);
    if (this.current) return this.current;
    throw new CounterpartAway(this.state.trouble?.error ?? 'NATS has not answered yet');
  }

  async close(): Promise<void> {
    this.stopping.abort();
    const connection = this.current?.connection;
    await inTime(connection?.drain());
    await connection?.close();
    await inTime(this.running);
  }

  private async run(onSession: () => void): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const attempt = this.connect();
      this.attempt = attempt;
      const session = await attempt;
      if (session && !signal.aborted) {
        onSession();
        await this.untilLost(session);
      } else await session?.connection.close();
      await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async connect(): Promise<NatsSession | undefined> {
    try {
      // Loaded only where it is used.
      const { connect, credsAuthenticator, headers } = await import('@nats-io/transport-node');
      const { jetstream, jetstreamManager } = await import('@nats-io/jetstream');
      const { credentials } = this.config;
      const connection = await connect({
        ...optionsOf(this.config),
        ...(credentials &&
          'credsFile' in credentials && {
            authenticator: credsAuthenticator(await readFile(credentials.credsFile)),
          }),
      });
      const options = { checkAPI: false, timeout: ANSWER_TIMEOUT_MS };
      const { streams } = await jetstreamManager(connection, options);
      this.current = { connection, jetstream: jetstream(connection, options), streams, headers };
      this.state.connected = true;
      this.state.mended();
      const server = connection.getServer();
      this.logger.info({ server, version: connection.info?.version }, 'connected to NATS');
      return this.current;
    } catch (error) {
      const failure = natsFailure('can not be reached', error);
      if (this.state.failed(failure.message)) this.logger.warn({ err: failure }, 'connecting to NATS again');
      return undefined;
    }
  }

  private async untilLost({ connection }: NatsSession): Promise<void> {
    const error = await connection.closed();
    this.current = undefined;
    this.state.connected = false;
    if (this.stopping.signal.aborted) return;
    const failure = natsFailure('is lost', error ?? new Error('it has closed the connection'));
    this.state.failed(failure.message);
    this.logger.warn({ err: failure }, 'connecting to NATS again');
  }
}

function optionsOf({ servers, tls, credentials }: NatsConfig): ConnectionOptions {
  return {
    name: 'karere',
    servers: [...servers],
    reconnect: false,
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    // A stack for each message would cost more than the message.
    noAsyncTraces: true,
    ...(tls && { tls: {} }),
    ...(credentials && 'token' in credentials && { token: credentials.token }),
    ...(credentials && 'user' in credentials && { user: credentials.user, pass: credentials.password }),
  };
}

/** An end that does not come is not waited for. */
async function inTime(end: Promise<unknown> | undefined): Promise<void> {
  await Promise.race([end?.catch(() => undefined), sleep(PATIENCE_MS, undefined, { ref: false })]);
}
