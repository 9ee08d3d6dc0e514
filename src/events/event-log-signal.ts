import { Inject, Injectable } from '@nestjs/common';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../config.module';
import { EVENT_LOG_CHANNEL } from './append.sql';

const RECONNECT_MS = 1000;

/**
 * Tells that the log has grown: LISTEN on a connection of its own, sent by every writer's commit, whichever
 * replica it runs in. It only saves waiting; who listens polls as well, so nothing depends on it.
 */
@Injectable()
export class EventLogSignal {
  private client: Client | undefined;
  private stopped = true;
  private reconnect: NodeJS.Timeout | undefined;
  private readonly waiting = new Set<() => void>();
  /** Counts wake-ups, so that one that comes between looking and waiting is not missed. */
  private wakeUps = 0;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    this.stopped = false;
    await this.connect();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.reconnect);
    this.wake();
    await this.client?.end().catch(() => undefined);
  }

  /** The mark to hand to `next`: take it before looking into the log. */
  get mark(): number {
    return this.wakeUps;
  }

  /** Resolves when the log has grown since the mark, or after `timeoutMs`. */
  async next(mark: number, timeoutMs: number): Promise<void> {
    if (mark !== this.wakeUps || this.stopped) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.waiting.add(done);
    });
  }

  private wake(): void {
    this.wakeUps += 1;
    for (const done of this.waiting) done();
  }

  private async connect(): Promise<void> {
    const { options } = this.dataSource;
    const client = new Client({
      ...('url' in options && { connectionString: options.url }),
      application_name: 'karere listen',
      keepAlive: true,
    });
    this.client = client;
    client.on('notification', () => this.wake());
    client.on('error', () => undefined); // 'end' follows
    client.on('end', () => this.reconnectLater());
    try {
      await client.connect();
      await client.query(`LISTEN ${EVENT_LOG_CHANNEL}`);
      this.wake();
    } catch (error) {
      this.logger.warn({ err: error }, 'can not listen for new events; polling each second meanwhile');
      await client.end().catch(() => undefined);
      this.reconnectLater();
    }
  }

  private reconnectLater(): void {
    if (this.stopped) return;
    clearTimeout(this.reconnect);
    this.reconnect = setTimeout(() => void this.connect(), RECONNECT_MS);
  }
}
