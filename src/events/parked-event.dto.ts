import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ParkedEventEntity } from './parked-event.entity';

export class ParkedEventDto {
  @ApiProperty({ example: '1' })
  readonly id: string;

  @ApiProperty({ description: 'The durable consumer that could not handle it', example: 'bus' })
  readonly consumer: string;

  @ApiProperty({ description: 'Its position in the event log', example: '42' })
  readonly position: string;

  @ApiProperty({ example: 'spg.work-order.cancelled' })
  readonly type: string;

  @ApiProperty({ description: 'Why the last attempt failed', example: 'TypeError: slot is undefined' })
  readonly error: string;

  @ApiProperty({ description: 'Attempts so far', example: 5 })
  readonly attempts: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-20T21:00:00.000Z' })
  readonly parkedAt: string;

  constructor({ id, consumer, position, type, error, attempts, parkedAt }: ParkedEventEntity) {
    this.id = id;
    this.consumer = consumer;
    this.position = position;
    this.type = type;
    this.error = error;
    this.attempts = attempts;
    this.parkedAt = parkedAt.toISOString();
  }
}

export class ParkedEventPageDto {
  @ApiProperty({ type: [ParkedEventDto] })
  items: ParkedEventDto[];

  @ApiPropertyOptional({ description: 'Send it as `cursor` for the next page; absent on the last' })
  nextCursor?: string;
}
