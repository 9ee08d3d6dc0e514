import type { JsonSchema } from '../fields/json-schema';
import { CLOUD_EVENT_SCHEMA, cloudEventSchema } from './cloud-event-schema';
import type { DescribedEvent, EventCatalogue } from './event-catalogue';

type Json = Readonly<Record<string, unknown>>;
type Described = DescribedEvent & { readonly description: string };

const DESCRIPTION = `What has happened in Karere, for teams of the company that react to it. Every event is CloudEvents 1.0 \
in JSON, with the same id, position and order whichever way it comes. Deliver-at-least-once: drop what has an id that you \
know.

- **NATS JetStream**: one subject for each type, \`karere.<type>\`; \`karere.spg.>\` is all of a module. \`Nats-Msg-Id\` is the \
event's id.
- **Server-sent events**: \`GET /domain-events/stream\`; a reader goes on from where it was by \`Last-Event-ID\`.
- **Pages**: \`GET /domain-events\`, described with all other requests in \`/docs-json\`.
- **Webhooks and e-mail**: by a subscription; what is sent is under \`webhooks\` in \`/docs-json\`.`;

const MESSAGES = '#/components/messages';
const ENVELOPE = '#/components/schemas/CloudEvent';

/** AsyncAPI 3.0 of all domain events, made of the catalogue. */
export function asyncApiDocument(catalogue: EventCatalogue, version: string): Json {
  const events = catalogue.domainEvents();
  const names = events.map(({ type }) => type);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Karere’s domain events', version, description: DESCRIPTION },
    defaultContentType: 'application/cloudevents+json',
    servers: SERVERS,
    channels: {
      ...Object.fromEntries(events.map((event) => [event.type, subjectChannel(event)])),
      stream: streamChannel(names),
    },
    operations: {
      ...Object.fromEntries(names.map((type) => [`publish.${type}`, publishing(type)])),
      stream: STREAMING,
    },
    components: {
      messages: Object.fromEntries(events.map((event) => [event.type, message(event)])),
      schemas: {
        CloudEvent: CLOUD_EVENT_SCHEMA,
        ...Object.fromEntries(events.map((event) => [event.type, cloudEventSchema(event, ENVELOPE)])),
      },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A token with the scope `events:read`',
        },
      },
    },
  };
}

const host = (example: string, description: string): Json => ({ host: { default: example, description } });

const SERVERS: Json = {
  gateway: {
    host: '{host}',
    protocol: 'http',
    description: 'Karere itself, or the balancer before it',
    variables: host('127.0.0.1:3000', 'Where Karere listens'),
    security: [{ $ref: '#/components/securitySchemes/token' }],
  },
  nats: {
    host: '{host}',
    protocol: 'nats',
    description: 'The NATS server of `NATS_URL`, with JetStream; the stream is `NATS_STREAM`',
    variables: host('127.0.0.1:4222', 'Where NATS listens'),
  },
};

function message({ type, description, example }: Described): Json {
  return {
    name: type,
    title: type,
    summary: description,
    contentType: 'application/cloudevents+json',
    correlationId: {
      location: '$message.payload#/correlationid',
      description: '`X-Transaction-Id` of the request that caused it',
    },
    payload: { $ref: `#/components/schemas/${type}` },
    examples: [{ name: 'example', payload: example }],
  };
}

/** A subject of NATS. */
function subjectChannel({ type, description }: Described): Json {
  return {
    address: `karere.${type}`,
    title: type,
    description: `${description} Headers: \`Nats-Msg-Id\` is the event’s id, \`Karere-Position\` its position; \`Karere-Late\` says that it was parked and stands behind newer ones.`,
    servers: [{ $ref: '#/servers/nats' }],
    messages: messages([type]),
  };
}

function publishing(type: string): Json {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${type}` },
    summary: `Publishes ${type}`,
    messages: [{ $ref: `#/channels/${type}/messages/${type}` }],
  };
}

function streamChannel(types: readonly string[]): Json {
  return {
    address: '/domain-events/stream',
    title: 'All domain events, as they happen',
    description:
      'Server-sent events: `id` is the position, `event` the type, `data` the CloudEvent. Without `Last-Event-ID` and `after` it begins at the head of the log.',
    servers: [{ $ref: '#/servers/gateway' }],
    messages: messages(types),
  };
}

const QUERY: JsonSchema = {
  type: 'object',
  properties: {
    after: { type: 'string', pattern: '^\\d+$', description: 'Only what lies after this position' },
    types: { type: 'string', description: 'Only these, comma separated; a prefix ends with `.*`' },
  },
};

const STREAMING: Json = {
  action: 'send',
  channel: { $ref: '#/channels/stream' },
  summary: 'Streams domain events to whoever asks',
  bindings: { http: { method: 'GET', query: QUERY, bindingVersion: '0.3.0' } },
};

function messages(types: readonly string[]): Json {
  return Object.fromEntries(types.map((type) => [type, { $ref: `${MESSAGES}/${type}` }]));
}
