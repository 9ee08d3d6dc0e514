import type { CatalogueEntry, EventView, Headline } from '../events/event-catalogue';
import { domainEventType } from '../events/domain-event-type';
import { publicEventType } from '../events/public-event-type';
import type { Class } from '../fields/field-table';
import { jsonSchemaOf } from '../fields/json-schema';

/** The domain events that published ones become. */
export type SourceDomainType = 'tuatahi.ont.activation';

/** A type of event that is published to us by `POST /tuatahi/events`. */
export interface SourceEventType {
  /** As publishers and subscribers call it. */
  readonly name: string;
  /** The domain event that it becomes. */
  readonly domainType: SourceDomainType;
  readonly description: string;
  readonly headline?: Headline;
  /** The flat message: its members are what filters can look at. */
  readonly message: Class;
  readonly example: EventView;
}

const ANYTHING = {
  type: 'object',
  additionalProperties: true,
  description: 'The full content, as published',
};

/** Its entries in the catalogue: under the publishers' name, and as a domain event of our own. */
export function entriesOf({
  name,
  domainType,
  description,
  headline,
  message,
  example,
}: SourceEventType): CatalogueEntry[] {
  const { eventTimestamp, message: flat } = example;
  return [
    publicEventType({
      name,
      description,
      ...(headline && { headline }),
      domainTypes: [domainType],
      message,
      payload: ANYTHING,
      example,
    }),
    domainEventType({
      type: domainType,
      description,
      subject: { is: 'What its publisher says, or else its id', of: ({ id }) => id },
      properties: {
        id: { type: 'string', format: 'uuid', description: 'The publisher’s own id' },
        eventType: { type: 'string', description: 'The publishers’ name of the type' },
        eventTimestamp: { type: 'string', format: 'date-time', description: 'When it happened' },
        message: jsonSchemaOf(message),
        payload: ANYTHING,
      },
      example: {
        id: '3f0c8b1e-5a34-4c5e-9c39-1d2f6f0b7a51',
        eventType: name,
        eventTimestamp,
        message: { ...flat },
        payload: {},
      },
    }),
  ];
}
