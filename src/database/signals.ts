import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../config.module';
import { inTime } from './in-time';
import { Signal } from './signal';

const RECONNECT_MS = 1000;

/** For a server that accepts a connection and says nothing. */
const SILENCE_MS = 5000;

/** For a server that is not there any more to hear that we go. */
const GOODBYE_MS = 1000;

/**
 * Tells the processes of an installation that there is something to do: LISTEN on a connection of its own, and
 * NOTIFY in the transaction that makes it so. It only saves waiting; who listens polls as well, so nothing
 * depends on it.
 */
@Injectable()
export class Signals implements OnModuleDestroy {
  private client: Client | undefined;
  private state: 'new' | 'listening' | 'stopped' = 'new';
  private reconnect: NodeJS.Timeout | undefined;
  private readonly signals = new Map<string, Signal>();

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param channel of NOTIFY; to be asked for before `start` */
  on(channel: string): Signal {
    const signal = this.signals.get(channel) ?? new Signal();
    this.signals.set(channel, signal);
    return signal;
  }

  /** Begins to listen, unless it does already. */
  async start(): Promise<void> {
    if (this.state !== 'new') return;
    this.state = 'listening';
    await this.connect();
  }

  async onModuleDestroy(): Promise<void> {
    this.state = 'stopped';
    clearTimeout(this.reconnect);
    if (this.client) await inTime(this.client.end(), GOODBYE_MS).catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const { options } = this.dataSource;
    const client = new Client({
      ...('url' in options && { connectionString: options.url }),
      application_name: 'karere listen',
      connectionTimeoutMillis: SILENCE_MS,
      query_timeout: SILENCE_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: SILENCE_MS,
    });
    this.client = client;
    client.on('notification', ({ channel }) => this.signals.get(channel)?.wake());
    client.on('error', () => undefined); // 'end' follows
    client.on('end', () => this.reconnectLater());
    try {
      await client.connect();
      for (const [channel, signal] of this.signals) {
        await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
        signal.wake();
      }
    } catch (error) {
      if (this.isStopped()) return;
      this.logger.warn({ err: error }, 'can not listen to the database; polling meanwhile');
      await client.end().catch(() => undefined);
      this.reconnectLater();
    }
  }

  private isStopped(): boolean {
    return this.state === 'stopped';
  }

  private reconnectLater(): void {
    if (this.isStopped()) return;
    clearTimeout(this.reconnect);
    this.reconnect = setTimeout(() => void this.connect(), RECONNECT_MS);
  }
}
