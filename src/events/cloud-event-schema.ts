import type { JsonSchema } from '../fields/json-schema';
import type { CloudEvent } from './cloud-event';
import type { DescribedEvent } from './event-catalogue';

const ATTRIBUTES: { readonly [K in Exclude<keyof CloudEvent, 'data'>]-?: JsonSchema } = {
  specversion: { type: 'string', const: '1.0' },
  id: { type: 'string', format: 'uuid', description: 'Unique for ever: drop what has one that you know' },
  source: { type: 'string', format: 'uri-reference', description: 'The module that states it' },
  type: { type: 'string', description: 'What has happened' },
  subject: { type: 'string', description: 'What it happened to' },
  time: {
    type: 'string',
    format: 'date-time',
    description: 'When it entered the log, by the database’s clock. For the order use the position',
  },
  datacontenttype: { type: 'string', const: 'application/json' },
  position: {
    type: 'string',
    pattern: '^[1-9]\\d*$',
    description:
      'Place in the event log, in digits: gapless, in commit order. Who remembers one misses nothing',
  },
  partyids: {
    type: 'string',
    description: 'The parties that it concerns, comma separated: one whose id holds a comma looks like two',
  },
  correlationid: { type: 'string', description: '`X-Transaction-Id` of the request that caused it' },
  traceparent: {
    type: 'string',
    pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
    description: 'Of the trace that it is part of (W3C Trace Context)',
  },
};

const OPTIONAL: ReadonlySet<string> = new Set(['correlationid', 'traceparent']);

/** JSON Schema of what all our events have in common as CloudEvents 1.0. */
export const CLOUD_EVENT_SCHEMA: JsonSchema = {
  type: 'object',
  description: 'A domain event as CloudEvents 1.0 in JSON',
  properties: { ...ATTRIBUTES, data: { type: 'object', description: 'By the type' } },
  required: [...Object.keys(ATTRIBUTES).filter((name) => !OPTIONAL.has(name)), 'data'],
};

/** JSON Schema of the events of one type. @param envelope where the schema of all events stands */
export function cloudEventSchema(
  { type, source, subject, data }: DescribedEvent,
  envelope: string,
): JsonSchema {
  return {
    allOf: [{ $ref: envelope }],
    type: 'object',
    properties: {
      type: { type: 'string', const: type },
      source: { type: 'string', const: source },
      subject: { type: 'string', description: subject },
      data,
    },
    required: ['type', 'source', 'subject', 'data'],
  };
}
