import type { OpenAPIObject } from '@nestjs/swagger';
import type { CatalogueEntry, EventCatalogue } from '../events/event-catalogue';

type Webhooks = NonNullable<OpenAPIObject['webhooks']>;
type Operation = NonNullable<Webhooks[string]['post']>;
type Components = Required<Pick<NonNullable<OpenAPIObject['components']>, 'parameters' | 'responses'>>;

const text = (description: string, example: string) => ({ schema: { type: 'string', description }, example });

/** What we send with every webhook. `authorization` is not described as a header: OpenAPI says so. */
const HEADERS: Components['parameters'] = {
  'webhook-id': {
    name: 'webhook-id',
    in: 'header',
    required: true,
    ...text(
      'Names the notification: the same at each attempt and replay. Drop what has one that you know',
      '745ad5ed-0560-4c9a-bf09-6fa894808117',
    ),
  },
  'webhook-timestamp': {
    name: 'webhook-timestamp',
    in: 'header',
    required: true,
    ...text('When this attempt was made, in seconds since 1970', '1785791700'),
  },
  'webhook-signature': {
    name: 'webhook-signature',
    in: 'header',
    required: true,
    ...text(
      'Standard Webhooks: `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64, one for each secret that is valid, separated by spaces',
      'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
    ),
  },
  'x-transaction-id': {
    name: 'x-transaction-id',
    in: 'header',
    ...text('Of the request that caused the event', 'd3b07384-d113-4ec6-a5e5-8a6f7c0b9e12'),
  },
  traceparent: {
    name: 'traceparent',
    in: 'header',
    ...text(
      'W3C Trace Context of the trace that the event is part of, when it is part of one',
      '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    ),
  },
  'x-karere-replay-id': {
    name: 'x-karere-replay-id',
    in: 'header',
    ...text('The replay by which it comes once more', '2f31838e-d24f-4af1-bc43-c3af992da39e'),
  },
  'x-karere-sample': {
    name: 'x-karere-sample',
    in: 'header',
    ...text('`true`: it tells of nothing, its owner wants to see whether it arrives', 'true'),
  },
  'x-api-key': {
    name: 'x-api-key',
    in: 'header',
    ...text('The key of the channel, when it has one', 'a-key-of-the-receiver'),
  },
};

const WAIT = {
  'Retry-After': {
    description: 'Seconds, or a date, before which it is not tried again',
    schema: { type: 'string' },
  },
};

const AGAIN =
  'It is tried again by the retry schedule when the channel’s `errorStrategy` is `retry`, else it fails';

/** How we understand the answers. No answer in time is understood as 408. */
const ANSWERS: Components['responses'] = {
  '2XX': {
    description:
      'It is `sent`. The first KiB of the body is kept for the delivery log; no more than 16 KiB of it is read',
  },
  '3XX': { description: 'It fails: redirects are not followed' },
  '408': { description: AGAIN },
  '410': { description: 'It fails, and the channel is disabled: nobody wants anything there any more' },
  '429': { description: `${AGAIN}; for a day this uses up no attempt`, headers: WAIT },
  '4XX': { description: 'It fails: it would come out the same' },
  '503': {
    description: `${AGAIN}; with \`Retry-After\` this uses up no attempt for a day`,
    headers: WAIT,
  },
  '5XX': { description: AGAIN },
};

/** The requests that we make to subscribers, for OpenAPI: one webhook for each type that is delivered. */
export function webhookOperations(catalogue: EventCatalogue): { webhooks: Webhooks; components: Components } {
  return {
    webhooks: Object.fromEntries(catalogue.all().map((entry) => [entry.name, { post: operation(entry) }])),
    components: { parameters: HEADERS, responses: ANSWERS },
  };
}

function operation({ name, description, schema, example }: CatalogueEntry): Operation {
  const { $schema: _dialect, ...body } = schema;
  // What is outside the sequence says where that is.
  const eventId = example.message['head'] ?? '1';
  return {
    tags: ['webhooks'],
    summary: description,
    operationId: `webhook.${name}`,
    parameters: Object.keys(HEADERS).map((header) => ({ $ref: `#/components/parameters/${header}` })),
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: body, example: { eventId, eventType: name, ...example } },
      },
    },
    responses: Object.fromEntries(
      Object.keys(ANSWERS).map((status) => [status, { $ref: `#/components/responses/${status}` }]),
    ),
  };
}
