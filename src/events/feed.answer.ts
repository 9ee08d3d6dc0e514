import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { CloudEvent } from './cloud-event';
import type { EventType } from './domain-event';

class CloudEventAnswer {
  @ApiProperty({ enum: ['1.0'] })
  readonly specversion: CloudEvent['specversion'];

  @ApiProperty({
    format: 'uuid',
    description: 'Unique for ever',
    example: '0196f5b2-7c3a-7d5e-9f00-6b0d8f1a2c3d',
  })
  readonly id: string;

  @ApiProperty({ description: 'The module that states it, as a path', example: '/spg' })
  readonly source: string;

  @ApiProperty({ type: 'string', example: 'spg.work-order.cancelled' })
  readonly type: EventType;

  @ApiProperty({ description: 'What it is about, within the source', example: 'WO-1048576' })
  readonly subject: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When it entered the log, by the database’s clock. For the order use the position',
    example: '2026-08-03T21:15:00.123Z',
  })
  readonly time: string;

  @ApiProperty({ enum: ['application/json'] })
  readonly datacontenttype: CloudEvent['datacontenttype'];

  @ApiProperty({ description: 'Place in the event log: gapless, in commit order', example: '42' })
  readonly position: string;

  @ApiProperty({
    description:
      'The parties that it concerns, comma separated, so one whose id holds a comma looks like two; for a party that is not the owner: itself alone',
    example: 'owner',
  })
  readonly partyids: string;

  @ApiPropertyOptional({ description: '`X-Transaction-Id` of the request that caused it' })
  readonly correlationid?: string;

  @ApiPropertyOptional({
    description: 'Of the trace that it is part of (W3C Trace Context)',
    example: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  })
  readonly traceparent?: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'As the type has it; `GET /tuatahi/event-types` has the schemas',
  })
  readonly data: CloudEvent['data'];
}

/** What `GET /domain-events` answers. */
export class FeedAnswer {
  @ApiProperty({ type: [CloudEventAnswer], description: 'In the order of their positions' })
  readonly items: CloudEvent[];

  @ApiProperty({
    description: 'Give it as `after` the next time: all up to this position was looked at',
    example: '142',
  })
  readonly next: string;
}
