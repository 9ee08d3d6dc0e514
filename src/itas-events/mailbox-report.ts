import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';

/** How the configured mailbox does, whichever replica polls it. */
export interface MailboxReport {
  readonly subscriber: string;
  /** Whether a replica has it right now. */
  readonly polled: boolean;
  /** When ITAS last answered a poll (RFC 3339). */
  readonly lastPollAt?: string;
  /** Messages in it, where ITAS tells. */
  readonly waiting?: number;
  /** How late messages are, in seconds; it grows while nothing comes through. */
  readonly lagSeconds?: number;
  /** Since then nothing has come through (RFC 3339). */
  readonly failingSince?: string;
  readonly error?: string;
  /** Topics of the configuration that it is not subscribed to, so that their messages do not come; absent: none. */
  readonly missingTopics?: readonly string[];
}

interface Row {
  polled: boolean;
  polled_at: Date | null;
  waiting: number | null;
  lag_seconds: number | null;
  failing_since: Date | null;
  error: string | null;
  subscriptions: string[];
}

const READ = `
  SELECT coalesce(held_until > clock_timestamp(), false) AS polled, polled_at, waiting, failing_since, error,
    subscriptions,
    (coalesce(lag_ms, 0) / 1000.0
      + coalesce(greatest(0, extract(epoch FROM clock_timestamp() - failing_since)), 0))::float8 AS lag_seconds
  FROM itas_mailbox WHERE server = $1 AND name = $2`;

@Injectable()
export class MailboxReports {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Undefined: no mailbox is configured. */
  async read(): Promise<MailboxReport | undefined> {
    const { mailbox } = this.config.itas;
    if (!mailbox) return undefined;
    const { url, subscriber, topics, companyCode } = mailbox;
    const [row] = await this.dataSource.query<Row[]>(READ, [url, subscriber]);
    if (!row) return { subscriber, polled: false };
    const { polled, polled_at: polledAt, waiting, failing_since: failingSince, error } = row;
    const missingTopics = topics.filter((topic) => !row.subscriptions.includes(`${companyCode} ${topic}`));
    return {
      subscriber,
      polled,
      ...(polledAt && { lastPollAt: polledAt.toISOString(), lagSeconds: row.lag_seconds ?? 0 }),
      ...(waiting !== null && { waiting }),
      ...(failingSince && { failingSince: failingSince.toISOString() }),
      ...(error !== null && { error }),
      ...(missingTopics.length > 0 && { missingTopics }),
    };
  }
}
