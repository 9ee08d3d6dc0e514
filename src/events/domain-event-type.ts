import type { JsonSchema } from '../fields/json-schema';
import { deliveredSchema } from './delivered-schema';
import type { EventType } from './domain-event';
import type { CatalogueEntry, Headline } from './event-catalogue';
import type { EventMap } from './event-map';

interface DomainEventTypeOptions<T extends EventType> {
  readonly type: T;
  readonly description: string;
  readonly headline?: Headline;
  /** JSON Schema of each member of its data. Scalars are what filters can look at. */
  readonly properties: { readonly [K in keyof EventMap[T]]-?: JsonSchema };
  readonly optional?: readonly (keyof EventMap[T] & string)[];
  /** What filters can look at besides: scalars that lie deeper in the data. Any of them may be absent. */
  readonly deeper?: {
    readonly properties: Readonly<Record<string, JsonSchema>>;
    readonly of: (data: EventMap[T]) => Readonly<Record<string, unknown>>;
  };
  readonly example: EventMap[T];
}

/**
 * One of our own event types, delivered under its own name: the top-level scalars of its data, and those deeper
 * ones that are named, as the message; all of it as the payload.
 */
export function domainEventType<T extends EventType>(options: DomainEventTypeOptions<T>): CatalogueEntry {
  const { type, description, headline, example, optional = [], deeper } = options;
  const properties = options.properties as Record<string, JsonSchema>;
  const names = Object.keys(properties);
  const scalars = names.filter((name) => isScalarType(properties[name]?.['type']));
  const required = (of: readonly string[]): string[] =>
    of.filter((name) => !(optional as readonly string[]).includes(name));
  const messageOf = (data: EventMap[T]): Record<string, unknown> => ({
    ...scalarsOf(data),
    ...deeper?.of(data),
  });
  return {
    name: type,
    description,
    ...(headline && { headline }),
    domainTypes: [type],
    attributes: [...scalars, ...Object.keys(deeper?.properties ?? {})],
    schema: deliveredSchema(
      type,
      {
        type: 'object',
        properties: {
          ...Object.fromEntries(scalars.map((name) => [name, properties[name]])),
          ...deeper?.properties,
        },
        required: required(scalars),
      },
      { type: 'object', properties, required: required(names) },
    ),
    example: { eventTimestamp: '2026-08-03T21:15:00.123Z', message: messageOf(example), payload: example },
    view: ({ time, data }) => ({
      eventTimestamp: time,
      message: messageOf(data as EventMap[T]),
      payload: data,
    }),
  };
}

function isScalarType(type: unknown): boolean {
  return type === 'string' || type === 'integer' || type === 'number' || type === 'boolean';
}

function scalarsOf(data: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).filter(([, value]) => typeof value !== 'object' && value !== undefined),
  );
}
