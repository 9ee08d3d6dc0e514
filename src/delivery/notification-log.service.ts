import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EventLog } from '../events/event-log';
import { isUuid } from '../fields/uuid';
import { type Page, readCursor, toCursor } from '../http/page';
import { findNotifications } from './find-notifications';
import type { NotificationQuery } from './notification-conditions';
import type { NotificationStatus } from './notification.entity';

/** A notification as the delivery log shows it. */
export interface LoggedNotification {
  readonly id: string;
  readonly subscription_id: string;
  readonly channel_id: string;
  readonly kind: 'webhook' | 'email';
  readonly target: string;
  readonly event_type: string;
  readonly sequence: string;
  readonly position: string;
  readonly status: NotificationStatus;
  readonly attempts: number;
  readonly next_attempt_at: Date | null;
  readonly created_at: Date;
  readonly finished_at: Date | null;
  readonly transaction_id: string | null;
  readonly replay_id: string | null;
}

/** One attempt at it. */
export interface LoggedAttempt {
  readonly at: Date;
  readonly duration_ms: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly answer: string | null;
}

const COLUMNS = `n.subscription_id, n.channel_id, c.kind, n.target, n.sequence, n.status, n.attempts,
  n.next_attempt_at, n.created_at, n.finished_at, n.transaction_id, n.replay_id`;

/** Notifications of which the events are looked at for one page. */
const MAX_LOOKED_AT = 20_000;

/** … that are read at once. */
const LOOKED_AT_AT_ONCE = 1000;

/** What became of each notification. */
@Injectable()
export class NotificationLog {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
  ) {}

  /** The newest first. A page can have fewer than asked for, even none, and yet not be the last. */
  async list(
    query: NotificationQuery,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<LoggedNotification>> {
    const items: LoggedNotification[] = [];
    let total = 0;
    const parts = findNotifications<LoggedNotification>(this.dataSource.manager, this.log, {
      query,
      columns: () => COLUMNS,
      order: 'newest first',
      after: cursor === undefined ? undefined : readCursor(cursor, isUuid)[0],
      atOnce: query.matches ? LOOKED_AT_AT_ONCE : limit + 1,
    });
    for await (const { found, lookedAt, lastId } of parts) {
      items.push(...found);
      const last = items[limit - 1];
      if (items.length > limit && last)
        return { items: items.slice(0, limit), nextCursor: toCursor(last.id) };
      total += lookedAt;
      if (query.matches && total >= MAX_LOOKED_AT) return { items, nextCursor: toCursor(lastId) };
    }
    return { items };
  }

  async find(partyId: string, id: string): Promise<LoggedNotification | undefined> {
    const { items } = await this.list({ partyId, id }, { limit: 1 });
    return items[0];
  }

  /** In the order in which they were made. */
  attemptsAt(id: string): Promise<LoggedAttempt[]> {
    return this.dataSource.query<LoggedAttempt[]>(
      `SELECT at, duration_ms, status, error, answer FROM delivery_attempt
       WHERE notification_id = $1 ORDER BY number`,
      [id],
    );
  }
}
