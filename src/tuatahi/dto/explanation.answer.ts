import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { EntryExplanation } from '../explain.policy';

class ExplainedEvent {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ description: 'In the event log', example: '4711' })
  position: string;

  @ApiProperty({ example: 'spg.work-order.closed' })
  type: string;

  @ApiProperty({ format: 'date-time' })
  time: string;
}

class DecidingAttribute {
  @ApiProperty({ example: 'status' })
  attribute: string;

  @ApiProperty({ description: 'The text that the filter names', example: 'Success' })
  filter: string;

  @ApiProperty({ type: String, nullable: true, description: 'What the event has; null: no such attribute' })
  event: string | null;

  @ApiProperty({ description: 'The filter names it under `__not__`' })
  negated: boolean;
}

class ExplainedEntry {
  @ApiProperty()
  matched: boolean;

  @ApiPropertyOptional({ type: DecidingAttribute, description: 'What decides against it' })
  decidedBy?: DecidingAttribute;
}

/** Whether a subscription matches an event, and why. */
export class ExplanationAnswer {
  @ApiProperty({ type: ExplainedEvent })
  event: ExplainedEvent;

  @ApiProperty({ format: 'uuid' })
  subscriptionId: string;

  @ApiProperty()
  matched: boolean;

  @ApiProperty({ example: 'No entry of the filter matches.' })
  because: string;

  @ApiProperty({ type: [ExplainedEntry], description: 'Of the filter, in its order' })
  entries: readonly EntryExplanation[];
}
