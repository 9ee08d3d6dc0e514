import { type Class, fieldsOf } from '../fields/field-table';
import { type JsonSchema, jsonSchemaOf } from '../fields/json-schema';
import { deliveredSchema } from './delivered-schema';
import type { DomainEvent, EventType } from './domain-event';
import type { CatalogueEntry, EventView, Headline } from './event-catalogue';
import type { EventMap } from './event-map';

/** The types of domain events that hold what a partner sent: a flat message and a payload. */
type WithMessage = {
  [T in EventType]: EventMap[T] extends EventView ? T : never;
}[EventType];

interface PublicEventTypeOptions {
  /** As an interface document calls it. */
  readonly name: string;
  readonly description: string;
  readonly headline?: Headline;
  readonly domainTypes: readonly WithMessage[];
  /** Of the flat `message`: its members are what filters can look at. */
  readonly message: Class;
  readonly payload: JsonSchema;
  readonly example: EventView;
}

/** An event type of an interface document: delivered as the partner sent it. */
export function publicEventType(options: PublicEventTypeOptions): CatalogueEntry {
  const { name, description, headline, domainTypes, message, payload, example } = options;
  return {
    name,
    description,
    ...(headline && { headline }),
    domainTypes,
    example,
    attributes: fieldsOf(message).map((field) => field.name),
    schema: deliveredSchema(name, jsonSchemaOf(message), payload),
    view: (event) => {
      const { eventTimestamp, message: flat, payload: full } = (event as DomainEvent<WithMessage>).data;
      return { eventTimestamp, message: flat, payload: full };
    },
  };
}
