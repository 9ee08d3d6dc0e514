import { ApiProperty } from '@nestjs/swagger';
import type { CatalogueEntry } from '../../events/event-catalogue';

/** A type of event that can be subscribed to. */
export class EventTypeAnswer {
  @ApiProperty({ description: 'What a subscription gives as `eventType`', example: 'ONTActivation' })
  readonly name: string;

  @ApiProperty()
  readonly description: string;

  @ApiProperty({ type: [String], description: 'What filters can look at', example: ['status', 'orderID'] })
  readonly attributes: readonly string[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'JSON Schema of what is delivered',
  })
  readonly schema: Readonly<Record<string, unknown>>;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What a webhook gets, for example',
  })
  readonly example: Readonly<Record<string, unknown>>;

  constructor({ name, description, attributes, schema, example }: CatalogueEntry) {
    this.name = name;
    this.description = description;
    this.attributes = attributes;
    this.schema = schema;
    this.example = { eventId: '1', eventType: name, ...example };
  }
}
