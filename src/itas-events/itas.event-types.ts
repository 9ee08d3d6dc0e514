import { domainEventType } from '../events/domain-event-type';
import type { CatalogueEntry, Headline } from '../events/event-catalogue';
import type { EventMap } from '../events/event-map';
import type { ItasFreezeDate, ItasMessageEventType, ItasParameters } from '../events/itas.events';
import type { JsonSchema } from '../fields/json-schema';
import { DOCUMENT_STYLES } from './dto/accounting-document.message';
import { exampleOf } from './dto/examples';
import { freezeDateText } from './freeze-date';
import { readMessage } from './read-message';
import { TEMPLATES, type Tid } from './templates';
import { TOPICS, type TopicParameter } from './topics';

const text = (description: string) => ({ type: 'string', description });

/** Of all topics, each name once. */
const PARAMETERS = new Map<string, TopicParameter>(
  TOPICS.flatMap(({ parameters }) => parameters.map((parameter) => [parameter.name, parameter])),
);

/** As filters see a parameter: a freeze is the text of its day or month. */
const FLAT_PARAMETERS: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  [...PARAMETERS].map(([name, { meaning, type }]) => [
    name,
    {
      type: type.name === 'count' ? 'integer' : 'string',
      description: meaning,
      ...(type.values && { enum: type.values }),
    },
  ]),
);

const FREEZE_DATE = {
  type: 'object',
  properties: {
    kind: { type: 'string', enum: ['day', 'month'], description: 'What is frozen' },
    date: { type: 'string', format: 'date', description: 'The day' },
    month: { type: 'string', pattern: '^\\d{4}-\\d{2}$', description: 'The month' },
  },
  required: ['kind'],
};

const COMMON = {
  messageId: { type: 'string', format: 'uuid', description: 'Names the message for ever' },
  topic: text('Number of the topic as it is called now'),
  originTopic: text('Number of the topic before it was redirected, where that can be told'),
  topicKnown: { type: 'boolean', description: 'False: the interface document says nothing of this topic' },
  tid: text('Template'),
  companyCode: text('Company'),
  messageType: text('Its type at ITAS'),
  tradingEntity: text('Trading entity'),
  enqueuedAt: {
    type: 'string',
    format: 'date-time',
    description: 'When ITAS put it into the mailbox',
  },
  parameters: {
    type: 'object',
    description: 'The documented parameters of the topic; a freeze is `{kind, date}` or `{kind, month}`',
    properties: Object.fromEntries(
      [...PARAMETERS].map(([name, { meaning, type }]) => [
        name,
        type.name === 'freeze-date' ? { ...FREEZE_DATE, description: meaning } : FLAT_PARAMETERS[name],
      ]),
    ),
  },
  innerBody: {
    type: 'object',
    additionalProperties: true,
    description: 'As it came, with what is not documented',
  },
};

/** What the subject of an event is. */
const MESSAGE_ID = 'Id of the message';
const ENTITY_ID = 'Identity of the entity';

const ENTITY = {
  entityId: text('Identity of the contract, client, …'),
  entityType: text('What it is: contract, client, wip, docref, or another'),
};

const messages = [
  messageType({
    tid: 'TID-002',
    type: 'itas.notice.received',
    description: 'ITAS has sent a notice (TID-002).',
    subject: MESSAGE_ID,
    headline: { about: 'title', happened: ['message'] },
    optional: ['originTopic', 'submittedBy'],
    properties: {
      ...COMMON,
      title: text('Title of the notice'),
      message: text('The notice'),
      submittedBy: text('Who sent it'),
    },
  }),
  messageType({
    tid: 'TID-010',
    type: 'itas.entity.changed',
    description: 'Something has happened to an entity in ITAS (TID-010).',
    subject: ENTITY_ID,
    headline: { about: 'entityId', happened: ['docname', 'entityType'] },
    optional: ['originTopic'],
    properties: { ...COMMON, ...ENTITY },
  }),
  messageType({
    tid: 'TID-013',
    type: 'itas.accounting-document.changed',
    description: 'Something has happened to an accounting document in ITAS (TID-013).',
    subject: 'Reference of the document',
    headline: { about: 'documentReference', happened: ['style'] },
    optional: ['originTopic'],
    properties: {
      ...COMMON,
      documentReference: text('Reference of the document'),
      documentDate: { type: 'string', format: 'date', description: 'Day of the document' },
      documentType: text('Mapping code of its type'),
      style: { type: 'string', enum: [...DOCUMENT_STYLES], description: 'Style of the document' },
    },
  }),
  messageType({
    tid: 'TID-014',
    type: 'itas.operation.performed',
    description: 'An operation was performed in ITAS (TID-014).',
    subject: ENTITY_ID,
    headline: { about: 'entityId', happened: ['eventType'] },
    optional: ['originTopic'],
    properties: { ...COMMON, ...ENTITY, eventType: text('Mapping code of what was done') },
  }),
  messageType({
    tid: 'TID-018',
    type: 'itas.process.requested',
    description: 'ITAS asks for a workflow or process (TID-018).',
    subject: MESSAGE_ID,
    headline: { about: 'topic' },
    optional: ['originTopic'],
    properties: COMMON,
  }),
];

const deadLettered = domainEventType({
  type: 'itas.message.dead-lettered',
  headline: { about: 'messageId', happened: ['error'] },
  description:
    'A message of ITAS could not be taken in. It is kept: see GET /itas-events/dead-letters, mend the cause, and retry or discard it.',
  subject: { is: MESSAGE_ID, of: ({ messageId }) => messageId },
  properties: {
    deadLetterId: text('Under which it is kept'),
    messageId: { type: 'string', format: 'uuid', description: 'The message' },
    source: { type: 'string', enum: ['mailbox', 'push'], description: 'How it came' },
    error: text('What is wrong with it'),
    attempts: { type: 'integer', description: 'How often it was tried' },
  },
  example: {
    deadLetterId: '1',
    messageId: 'd6c94090-97b4-ea11-845d-20677cddb4f2',
    source: 'mailbox',
    error: '/MessageBody/TID must be one of TID-002, TID-010, TID-013, TID-014, TID-018',
    attempts: 1,
  },
});

/** What of this module can be subscribed to. */
export const itasEventTypes: readonly CatalogueEntry[] = [...messages, deadLettered];

interface MessageType<T extends ItasMessageEventType> {
  readonly tid: Tid;
  readonly type: T;
  readonly description: string;
  readonly headline: Headline;
  /** What the subject is, in words. */
  readonly subject: string;
  readonly optional: readonly (keyof EventMap[T] & string)[];
  readonly properties: { readonly [K in keyof EventMap[T]]-?: JsonSchema };
}

function messageType<T extends ItasMessageEventType>({
  tid,
  subject,
  ...options
}: MessageType<T>): CatalogueEntry {
  if (TEMPLATES[tid].event !== options.type) throw new Error(`${tid} does not become ${options.type}`);
  const example = readMessage(exampleOf(tid), 'UTC');
  return domainEventType<T>({
    ...options,
    subject: { is: subject, of: () => example.subject },
    deeper: {
      properties: FLAT_PARAMETERS,
      of: ({ parameters }) => flat(parameters),
    },
    example: example.data as EventMap[T],
  });
}

function flat(parameters: ItasParameters): Record<string, unknown> {
  const values = parameters as Record<string, string | number | ItasFreezeDate>;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'object' ? freezeDateText(value) : value,
    ]),
  );
}
