import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ReplayProgress } from '../../delivery/replays.service';

type ItemStatus = 'DryRun' | 'Queued' | 'Errored';

class ReplayedNotification {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({
    enum: ['DryRun', 'Queued', 'Errored'],
    description: 'Errored: its channel is disabled, or its subscription has ended',
  })
  status: ItemStatus;
}

class ReplayResults {
  @ApiProperty({ description: 'How many are queued, or would be', example: 1 })
  sent: number;

  @ApiProperty({ description: 'How many can not be delivered', example: 0 })
  errored: number;

  @ApiProperty({ type: [ReplayedNotification], description: 'The first 1,000 of them' })
  notifications: ReplayedNotification[];
}

/** What a bulk replay takes, or would (Notifications Management API). */
export class ReplayAnswer {
  @ApiProperty({
    format: 'uuid',
    description: 'See `GET /tuatahi/replays/{id}`; of a dry run nothing is kept',
  })
  id: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'As it was asked for, with what was absent filled in and the limit that was applied',
  })
  request: object;

  @ApiProperty({ type: ReplayResults })
  results: ReplayResults;
}

/** What a replay of one notification comes to at first. */
export class SingleReplayAnswer {
  @ApiProperty({ format: 'uuid', description: 'The notification' })
  id: string;

  @ApiProperty({ format: 'uuid' })
  replayId: string;

  @ApiProperty({ enum: ['Queued'] })
  status: 'Queued';
}

/** How far a replay has come. */
export class ReplayProgressAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ enum: ['running', 'done', 'cancelled'] })
  readonly state: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly request: object;

  @ApiProperty({ description: 'How many it has', example: 412 })
  readonly matched: number;

  @ApiProperty({ description: 'How many wait for their turn', example: 200 })
  readonly waiting: number;

  @ApiProperty({ description: 'How many are in the queue', example: 12 })
  readonly queued: number;

  @ApiProperty({ example: 200 })
  readonly sent: number;

  @ApiProperty({ description: 'How many failed again, or could not be delivered', example: 0 })
  readonly errored: number;

  @ApiProperty({ description: 'How many were waiting when it was cancelled', example: 0 })
  readonly cancelled: number;

  @ApiProperty({ description: 'Finished in a second, on average since it began', example: 98.5 })
  readonly ratePerSecond: number;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'When it will be done, at that rate' })
  readonly estimatedEndAt?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  readonly finishedAt?: string;

  constructor(progress: ReplayProgress, now: Date) {
    const { replay, waiting, queued, sent, errored, cancelled } = progress;
    this.id = replay.id;
    this.state = replay.state;
    this.request = replay.request;
    this.matched = replay.matched;
    this.waiting = waiting;
    this.queued = queued;
    this.sent = sent;
    this.errored = errored;
    this.cancelled = cancelled;
    const seconds = ((replay.finishedAt ?? now).getTime() - replay.createdAt.getTime()) / 1000;
    const rate = seconds > 0 ? (sent + errored) / seconds : 0;
    this.ratePerSecond = Math.round(rate * 10) / 10;
    this.createdAt = replay.createdAt.toISOString();
    if (replay.finishedAt) this.finishedAt = replay.finishedAt.toISOString();
    else if (rate > 0) {
      this.estimatedEndAt = new Date(now.getTime() + ((waiting + queued) / rate) * 1000).toISOString();
    }
  }
}
