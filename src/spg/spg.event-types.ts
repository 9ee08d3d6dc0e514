import { domainEventType } from '../events/domain-event-type';
import type { CatalogueEntry, EventView } from '../events/event-catalogue';
import { publicEventType } from '../events/public-event-type';
import type { EventMap } from '../events/event-map';
import type { SpgNotificationEventType } from '../events/spg.events';
import { fieldsOf } from '../fields/field-table';
import { type JsonSchema, jsonSchemaOf } from '../fields/json-schema';
import { exampleOf } from './dto/examples';
import { NotificationSummary } from './dto/notification-summary';
import { NOTIFICATION_TYPES, type NotificationType } from './notification-types';

/** What each notification's domain event means. */
const MEANINGS: Readonly<Record<SpgNotificationEventType, string>> = {
  'spg.work-order.created': 'TFF has assigned a work order to us.',
  'spg.work-order.references-updated': 'A work order got supplementary references.',
  'spg.work-order.infos-added': 'A work order got worklog entries.',
  'spg.work-order.files-attached': 'A work order got files.',
  'spg.work-order.put-on-hold': 'TFF has put a work order on hold.',
  'spg.work-order.resumed': 'A work order that was on hold goes on.',
  'spg.work-order.closed': 'TFF has closed a work order.',
  'spg.work-order.cancelled': 'TFF has cancelled a work order.',
  'spg.task.added': 'A work order got further tasks.',
  'spg.task.closed': 'TFF has closed a task: done, or to be done again.',
  'spg.task.infos-added': 'A task got worklog entries.',
  'spg.task.files-attached': 'A task got files.',
};

const TYPES = Object.keys(NOTIFICATION_TYPES) as NotificationType[];

const forwarded = publicEventType({
  name: 'SPWorkOrderNotification',
  description: 'A notification of TFF’s Service Partner Gateway about a work order, as it came.',
  headline: { about: 'wonum', happened: ['summary', 'notificationType'] },
  domainTypes: TYPES.map((type) => NOTIFICATION_TYPES[type].event),
  message: NotificationSummary,
  payload: { oneOf: TYPES.map(payloadSchema) },
  example: viewOf(plainExampleOf('CreateWorkOrderNotify')),
});

const own = TYPES.map((type) => {
  const { event } = NOTIFICATION_TYPES[type];
  const { eventId, eventTimestamp, message, payload } = plainExampleOf(type);
  const { notificationType, wonum } = message;
  return domainEventType({
    type: event,
    description: MEANINGS[event],
    headline: { about: 'wonum' },
    subject: { is: 'Number of the work order', of: (data) => data.wonum },
    properties: {
      eventId: { type: 'string', description: 'The gateway’s own number' },
      eventTimestamp: { type: 'string', format: 'date-time', description: 'When the gateway made it' },
      notificationType: { const: notificationType, type: 'string' },
      wonum: { type: 'string', description: 'Number of the work order' },
      message: jsonSchemaOf(NotificationSummary),
      payload: payloadSchema(type),
    },
    example: {
      eventId,
      eventTimestamp,
      notificationType,
      wonum,
      message,
      payload,
    } as EventMap[SpgNotificationEventType],
  });
});

const GAP = {
  from: { type: 'string', description: 'First of the missing eventIds' },
  to: { type: 'string', description: 'Last of the missing eventIds' },
  openedAt: { type: 'string', format: 'date-time', description: 'When a later one had come' },
};
const GAP_SUBJECT = {
  is: 'The range, as its first and last eventId',
  of: ({ from, to }: { from: string; to: string }) => `${from}-${to}`,
};
const GAP_EXAMPLE = { from: '90212', to: '90214', openedAt: '2026-08-03T21:15:02.000Z' };

const gaps = [
  domainEventType({
    type: 'spg.gap.opened',
    description: 'Notifications of the Service Partner Gateway are missing: later ones have come.',
    subject: GAP_SUBJECT,
    properties: GAP,
    example: GAP_EXAMPLE,
  }),
  domainEventType({
    type: 'spg.gap.confirmed',
    description: 'Missing notifications did not come within the grace time: taken for lost.',
    subject: GAP_SUBJECT,
    properties: { ...GAP, confirmedAt: { type: 'string', format: 'date-time', description: 'When' } },
    example: { ...GAP_EXAMPLE, confirmedAt: '2026-08-03T21:15:32.000Z' },
  }),
  domainEventType({
    type: 'spg.gap.healed',
    description: 'Missing notifications have come after all.',
    subject: GAP_SUBJECT,
    properties: {
      ...GAP,
      healedAt: { type: 'string', format: 'date-time', description: 'When the last of them came' },
      healedBy: { type: 'string', enum: ['late', 'replay'], description: 'How they came' },
    },
    example: { ...GAP_EXAMPLE, healedAt: '2026-08-03T21:16:00.000Z', healedBy: 'replay' },
  }),
];

/** What of this module can be subscribed to. */
export const spgEventTypes: readonly CatalogueEntry[] = [forwarded, ...own, ...gaps];

function payloadSchema(type: NotificationType): JsonSchema {
  const payload = fieldsOf(NOTIFICATION_TYPES[type].envelope).find(({ name }) => name === 'payload');
  if (!payload?.nested) throw new Error(`${type} has no payload`);
  return jsonSchemaOf(payload.nested());
}

interface PlainNotification {
  readonly eventId: string;
  readonly eventTimestamp: string;
  readonly message: {
    readonly [member: string]: unknown;
    readonly notificationType: string;
    readonly wonum: string;
  };
  readonly payload: unknown;
}

/** As plain JSON: what `exampleOf` gives is typed as the class of the notification. */
function plainExampleOf(type: NotificationType): PlainNotification {
  return exampleOf(type) as object as PlainNotification;
}

function viewOf({ eventTimestamp, message, payload }: PlainNotification): EventView {
  return { eventTimestamp, message, payload };
}
