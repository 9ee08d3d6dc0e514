import type { JsonSchema } from '../fields/json-schema';
import { toCloudEvent } from './cloud-event';
import { deliveredSchema } from './delivered-schema';
import type { DomainEvent, EventType } from './domain-event';
import type { CatalogueEntry, Headline } from './event-catalogue';
import type { EventMap } from './event-map';

/** The name of the module that states an event begins the event's type. */
type Module = EventType extends `${infer M}.${string}` ? M : never;

/** Where each module's events come from, as CloudEvents and the log have it. */
const SOURCES: Readonly<Record<Module, string>> = {
  spg: '/spg',
  tuatahi: '/tuatahi',
  itas: '/itas-events',
  followup: '/followup-booking',
};

/** Of the examples: when they happened, and the rest of what the log adds. */
const EXAMPLE_TIME = '2026-08-03T21:15:00.123Z';
const EXAMPLE_LOGGED = {
  position: 4711,
  id: '019f1e3c-2a7b-7c41-9d0e-5b1f6a2c8d34',
  time: EXAMPLE_TIME,
  partyIds: ['owner'],
  correlationId: 'd3b07384-d113-4ec6-a5e5-8a6f7c0b9e12',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
};

interface DomainEventTypeOptions<T extends EventType> {
  readonly type: T;
  readonly description: string;
  readonly headline?: Headline;
  /** JSON Schema of each member of its data. Scalars are what filters can look at. */
  readonly properties: { readonly [K in keyof EventMap[T]]-?: JsonSchema };
  /** What the event's subject is, in words and of the data. */
  readonly subject: { readonly is: string; readonly of: (data: EventMap[T]) => string };
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
  const { type, description, headline, example, subject, optional = [], deeper } = options;
  const source = SOURCES[type.slice(0, type.indexOf('.')) as Module];
  const properties = options.properties as Record<string, JsonSchema>;
  const names = Object.keys(properties);
  const scalars = names.filter((name) => isScalarType(properties[name]?.['type']));
  const required = (of: readonly string[]): string[] =>
    of.filter((name) => !(optional as readonly string[]).includes(name));
  const messageOf = (data: EventMap[T]): Record<string, unknown> => ({
    ...scalarsOf(data),
    ...deeper?.of(data),
  });
  const dataSchema = { type: 'object', properties, required: required(names) };
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
      dataSchema,
    ),
    example: { eventTimestamp: EXAMPLE_TIME, message: messageOf(example), payload: example },
    domainEvent: {
      type,
      source,
      subject: subject.is,
      data: dataSchema,
      example: toCloudEvent({
        ...EXAMPLE_LOGGED,
        type,
        source,
        subject: subject.of(example),
        data: example,
      } as DomainEvent),
    },
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
