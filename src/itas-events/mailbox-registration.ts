import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { inTime } from '../database/in-time';
import type { ItasMailboxConfig } from './itas-mailbox-config';
import type { ItasApi, Subscription } from './itas-api';
import { ItasFailure, ServiceError } from './itas-failure';

interface Row {
  subscriber_id: string | null;
  subscriptions: string[];
}

const READ = 'SELECT subscriber_id, subscriptions FROM itas_mailbox WHERE server = $1 AND name = $2';

const WRITE = `
  INSERT INTO itas_mailbox (server, name, subscriber_id, subscriptions) VALUES ($1, $2, $3, $4)
  ON CONFLICT (server, name) DO UPDATE
    SET subscriber_id = excluded.subscriber_id, subscriptions = excluded.subscriptions`;

/** How long the database may take. */
const DATABASE_MS = 5000;

interface RegistrationOptions extends Pick<
  ItasMailboxConfig,
  'url' | 'subscriber' | 'topics' | 'companyCode'
> {
  /** After how long what ITAS has refused is tried again, in milliseconds. */
  readonly refusedMs: number;
}

/** The mailbox at ITAS: registered once, and subscribed to what is configured, neither more nor less. */
export class MailboxRegistration {
  private tryAgainAt = Infinity;

  constructor(
    private readonly api: ItasApi,
    private readonly dataSource: DataSource,
    private readonly options: RegistrationOptions,
    private readonly logger: Logger,
  ) {}

  /**
   * Makes it so. What is done is remembered step by step, so that it goes on there when it is broken off.
   * @returns what ITAS calls the mailbox
   */
  async ensure(signal: AbortSignal): Promise<string> {
    const { url, subscriber } = this.options;
    const [row] = await inTime(this.dataSource.query<Row[]>(READ, [url, subscriber]), DATABASE_MS);
    const subscriberId = row?.subscriber_id ?? (await this.register(signal));
    await this.adjust(subscriberId, new Set(row?.subscriptions ?? []), signal);
    return subscriberId;
  }

  /** Makes it so once more where ITAS has refused something, when it is time for that. */
  async tryAgain(signal: AbortSignal): Promise<void> {
    if (performance.now() < this.tryAgainAt) return;
    this.tryAgainAt = performance.now() + this.options.refusedMs;
    await this.ensure(signal);
  }

  /**
   * Makes it anew when ITAS says that it has none; what it was subscribed to is left to `ensure`.
   * @param known what ITAS called it
   * @returns whether it was lost: false when ITAS has it after all
   */
  async renew(known: string, signal: AbortSignal): Promise<boolean> {
    const subscriberId = await this.register(signal);
    if (subscriberId === known) return false;
    this.logger.error(
      { subscriberId },
      'ITAS had no mailbox of ours any more: what it has published meanwhile did not come',
    );
    return true;
  }

  private async register(signal: AbortSignal): Promise<string> {
    const subscriberId = await this.api.register(this.options.subscriber, signal);
    await this.write(subscriberId, []);
    this.logger.info({ subscriberId }, 'mailbox at ITAS registered');
    return subscriberId;
  }

  /**
   * Takes away first: with v2, for which companies are no part of it, the same topic may be on both sides.
   * @param subscribed what it is subscribed to right now
   */
  private async adjust(subscriberId: string, subscribed: Set<string>, signal: AbortSignal): Promise<void> {
    const { topics, companyCode, refusedMs } = this.options;
    let refused = false;
    const wanted = new Set(topics.map((topic) => `${companyCode} ${topic}`));
    for (const each of [...subscribed].filter((one) => !wanted.has(one))) {
      const done = await this.attempt(
        'unsubscribe',
        each,
        this.api.unsubscribe(subscriberId, read(each), signal),
      );
      refused ||= !done;
      if (done && subscribed.delete(each)) await this.write(subscriberId, [...subscribed]);
    }
    for (const each of [...wanted].filter((one) => !subscribed.has(one))) {
      const done = await this.attempt(
        'subscribe',
        each,
        this.api.subscribe(subscriberId, read(each), signal),
      );
      refused ||= !done;
      if (done) await this.write(subscriberId, [...subscribed.add(each)]);
    }
    this.tryAgainAt = refused ? performance.now() + refusedMs : Infinity;
  }

  /** A topic that ITAS refuses must not keep the others from us. */
  private async attempt(what: string, subscription: string, call: Promise<void>): Promise<boolean> {
    try {
      await call;
      this.logger.info({ subscription }, `${what}d at ITAS`);
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.logger.error({ subscription, err: error }, `ITAS refuses to ${what}`);
      return false;
    }
  }

  private async write(subscriberId: string, subscriptions: readonly string[]): Promise<void> {
    const { url, subscriber } = this.options;
    const written = this.dataSource.query(WRITE, [url, subscriber, subscriberId, subscriptions]);
    await inTime(written, DATABASE_MS);
  }
}

/** As it is remembered: company and topic, which has no blank. */
function read(subscription: string): Subscription {
  const blank = subscription.lastIndexOf(' ');
  return { companyCode: subscription.slice(0, blank), topic: subscription.slice(blank + 1) };
}

/** Of this one request: not of our credentials, or of all requests for a while. */
function isRefusal(error: unknown): boolean {
  if (error instanceof ServiceError) return true;
  const status = error instanceof ItasFailure ? (error.status ?? 0) : 0;
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
}
