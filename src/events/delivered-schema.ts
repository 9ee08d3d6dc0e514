import type { JsonSchema } from '../fields/json-schema';

/** JSON Schema of what a webhook gets (Notifications Management API), around a message and a payload. */
export function deliveredSchema(eventType: string, message: JsonSchema, payload: JsonSchema): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      eventId: {
        type: 'string',
        pattern: '^\\d+$',
        description: 'Number in the subscription, one higher than the one before: a gap means a loss',
      },
      eventTimestamp: { type: 'string', format: 'date-time', description: 'When it happened' },
      eventType: { type: 'string', const: eventType },
      message,
      payload,
    },
    required: ['eventId', 'eventTimestamp', 'eventType', 'message', 'payload'],
  };
}
