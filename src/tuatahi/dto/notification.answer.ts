import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { SEND_ERRORS } from '../../delivery/send-outcome';
import type { LoggedAttempt, LoggedNotification } from '../../delivery/notification-log.service';

/** One event for one channel (of an e-mail channel: for one address), and what became of it. */
export class NotificationAnswer {
  @ApiProperty({ format: 'uuid', description: 'Also the `webhook-id`' })
  readonly id: string;

  @ApiProperty({ format: 'uuid' })
  readonly subscriptionId: string;

  @ApiProperty({ format: 'uuid' })
  readonly channelId: string;

  @ApiProperty({ enum: ['webhook', 'email'] })
  readonly channel: 'webhook' | 'email';

  @ApiProperty({ example: 'https://noc.example.co.nz/karere' })
  readonly target: string;

  @ApiProperty({ example: 'SPWorkOrderNotification' })
  readonly eventType: string;

  @ApiProperty({ description: 'Its number in the subscription', example: '17' })
  readonly eventId: string;

  @ApiProperty({ enum: ['pending', 'sent', 'fail', 'cancelled', 'expired'] })
  readonly status: string;

  @ApiProperty({ example: 1 })
  readonly attempts: number;

  @ApiPropertyOptional({ format: 'date-time' })
  readonly nextAttemptAt?: string;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;

  @ApiPropertyOptional({ format: 'date-time' })
  readonly finishedAt?: string;

  @ApiPropertyOptional()
  readonly transactionId?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'The last replay that it was in' })
  readonly replayId?: string;

  constructor(row: LoggedNotification) {
    this.id = row.id;
    this.subscriptionId = row.subscription_id;
    this.channelId = row.channel_id;
    this.channel = row.kind;
    this.target = row.target;
    this.eventType = row.event_type;
    this.eventId = row.sequence;
    this.status = row.status;
    this.attempts = row.attempts;
    this.createdAt = row.created_at.toISOString();
    if (row.next_attempt_at) this.nextAttemptAt = row.next_attempt_at.toISOString();
    if (row.finished_at) this.finishedAt = row.finished_at.toISOString();
    if (row.transaction_id !== null) this.transactionId = row.transaction_id;
    if (row.replay_id !== null) this.replayId = row.replay_id;
  }
}

export class NotificationPage {
  @ApiProperty({ type: [NotificationAnswer] })
  items: NotificationAnswer[];

  @ApiPropertyOptional({ description: 'Send it as `cursor` for the next page; absent on the last' })
  nextCursor?: string;
}

/** One attempt at a notification. */
class AttemptAnswer {
  @ApiProperty({ format: 'date-time', description: 'When it began' })
  readonly at: string;

  @ApiProperty({ example: 12 })
  readonly durationMs: number;

  @ApiPropertyOptional({ description: 'HTTP or SMTP status', example: 503 })
  readonly status?: number;

  @ApiPropertyOptional({ enum: SEND_ERRORS, description: 'Why there was no answer', example: 'timeout' })
  readonly error?: string;

  @ApiPropertyOptional({ description: 'The first KiB of the answer' })
  readonly answer?: string;

  constructor({ at, duration_ms: durationMs, status, error, answer }: LoggedAttempt) {
    this.at = at.toISOString();
    this.durationMs = durationMs;
    if (status !== null) this.status = status;
    if (error !== null) this.error = error;
    if (answer !== null) this.answer = answer;
  }
}

/** A notification with all attempts at it. */
export class NotificationWithAttempts extends NotificationAnswer {
  @ApiProperty({ type: [AttemptAnswer], description: 'In the order in which they were made' })
  readonly attemptLog: AttemptAnswer[];

  constructor(row: LoggedNotification, attempts: readonly LoggedAttempt[]) {
    super(row);
    this.attemptLog = attempts.map((attempt) => new AttemptAnswer(attempt));
  }
}
