import { ApiProperty } from '@nestjs/swagger';
import type { ReadinessReport } from './readiness';

class ConsumerState {
  @ApiProperty({ description: 'The durable consumer', example: 'bus' })
  readonly name: string;

  @ApiProperty({ description: 'Events behind the head of the log', example: 0 })
  readonly lag: number;

  @ApiProperty({ description: 'Failed attempts at the event that it is at', example: 0 })
  readonly attempts: number;

  @ApiProperty({ description: 'Events that it has set aside', example: 0 })
  readonly parked: number;
}

/** What `GET /health/ready` answers. */
export class ReadinessAnswer implements ReadinessReport {
  @ApiProperty({ enum: ['ready', 'not-ready'] })
  readonly status: ReadinessReport['status'];

  @ApiProperty({ description: 'Why not', example: [] })
  readonly reasons: string[];

  @ApiProperty({ enum: ['up', 'down'] })
  readonly database: ReadinessReport['database'];

  @ApiProperty({ description: 'What this version needs and the database lacks', example: [] })
  readonly pendingMigrations: string[];

  @ApiProperty({ description: 'For information only; never a reason', type: [ConsumerState] })
  readonly consumers: ConsumerState[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'For information only; never a reason. What features tell of themselves',
    example: { itas: { subscriber: 'karere', polled: true, lagSeconds: 0 } },
  })
  readonly information: ReadinessReport['information'];
}
