import type { EventMap } from '../events/event-map';
import type { ItasMessageEventType } from '../events/itas.events';
import { readCompactDate } from '../fields/compact-date';
import type { Class } from '../fields/field-table';
import { AccountingDocumentMessage } from './dto/accounting-document.message';
import { EntityMessage } from './dto/entity.message';
import type { InnerBody } from './dto/inner-body';
import type { MessageEnvelope } from './dto/message-envelope';
import { NoticeMessage } from './dto/notice.message';
import { OperationMessage } from './dto/operation.message';
import { ProcessMessage } from './dto/process.message';

type MessageWith<I extends InnerBody> = MessageEnvelope & { MessageBody: { TID: string; InnerBody: I } };

/** What only messages of one template say. */
type OwnFacts<E extends ItasMessageEventType> = Omit<EventMap[E], keyof EventMap['itas.process.requested']>;

interface Template<E extends ItasMessageEventType, I extends InnerBody> {
  /** What a message looks like. */
  readonly message: Class<MessageWith<I>>;
  /** The domain event that it becomes. */
  readonly event: E;
  /** What it says in its inner body, in our words. */
  readonly facts: (inner: I) => OwnFacts<E>;
  /** What it is about. Absent: the message is about itself. */
  readonly subject?: (inner: I) => string;
}

/** The templates, by `TID`. To add one: its class, its domain event in `events/itas.events.ts`, its row here. */
export const TEMPLATES = {
  'TID-002': template({
    message: NoticeMessage,
    event: 'itas.notice.received',
    facts: ({ Title, Message, SubmittedBy }) => ({
      title: Title,
      message: Message,
      ...(SubmittedBy != null && { submittedBy: SubmittedBy }),
    }),
  }),
  'TID-010': template({
    message: EntityMessage,
    event: 'itas.entity.changed',
    facts: ({ EntityID, EntityType }) => ({ entityId: EntityID, entityType: EntityType }),
    subject: ({ EntityID }) => EntityID,
  }),
  'TID-013': template({
    message: AccountingDocumentMessage,
    event: 'itas.accounting-document.changed',
    facts: ({ DocumentReference, DocumentDate, DocumentType, Style }) => ({
      documentReference: DocumentReference,
      documentDate: dayOf(DocumentDate),
      documentType: DocumentType,
      style: Style,
    }),
    subject: ({ DocumentReference }) => DocumentReference,
  }),
  'TID-014': template({
    message: OperationMessage,
    event: 'itas.operation.performed',
    facts: ({ EntityID, EntityType, EventType }) => ({
      entityId: EntityID,
      entityType: EntityType,
      eventType: EventType,
    }),
    subject: ({ EntityID }) => EntityID,
  }),
  'TID-018': template({ message: ProcessMessage, event: 'itas.process.requested', facts: () => ({}) }),
} as const satisfies Record<string, unknown>;

/** The class of the template has let it pass. */
function dayOf(compact: string): string {
  const day = readCompactDate(compact);
  if (day === undefined) throw new Error('a compact date is a day');
  return day;
}

export type Tid = keyof typeof TEMPLATES;

export function isTid(name: unknown): name is Tid {
  return typeof name === 'string' && Object.hasOwn(TEMPLATES, name);
}

/** A template of which only that is known that it is one. */
interface AnyTemplate {
  readonly message: Class<MessageEnvelope>;
  readonly event: ItasMessageEventType;
  readonly facts: (inner: InnerBody) => object;
  readonly subject?: (inner: InnerBody) => string;
}

/** The types say that a message has passed the class of its own template before `facts` is asked. */
function template<E extends ItasMessageEventType, I extends InnerBody>(row: Template<E, I>): AnyTemplate {
  return row as object as AnyTemplate;
}
