import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Page, readCursor, toPage } from '../http/page';
import { isUuid } from '../fields/uuid';
import { conditionsFor, type NotificationQuery } from './notification-conditions';
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

const COLUMNS = `n.id, n.subscription_id, n.channel_id, c.kind, n.target, n.event_type, n.sequence, n.position,
  n.status, n.attempts, n.next_attempt_at, n.created_at, n.finished_at, n.transaction_id, n.replay_id`;

/** What became of each notification. */
@Injectable()
export class NotificationLog {
  constructor(private readonly dataSource: DataSource) {}

  /** The newest first. By id, which is by time: days are looked at one after the other, until there are enough. */
  async list(
    query: NotificationQuery,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<LoggedNotification>> {
    const { sql, parameters } = conditionsFor(query);
    const before =
      cursor === undefined ? '' : `AND n.id < $${parameters.push(readCursor(cursor, isUuid)[0])}`;
    const rows = await this.dataSource.query<LoggedNotification[]>(
      `SELECT ${COLUMNS}
       FROM (SELECT * FROM delivery_notification n WHERE ${sql} ${before}
             ORDER BY n.id DESC LIMIT $${parameters.push(limit + 1)}) n
       JOIN delivery_channel c ON c.id = n.channel_id ORDER BY n.id DESC`,
      parameters,
    );
    return toPage(rows, limit, ({ id }) => [id]);
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
