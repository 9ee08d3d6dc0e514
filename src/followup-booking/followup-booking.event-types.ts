import { domainEventType } from '../events/domain-event-type';
import type { CatalogueEntry } from '../events/event-catalogue';
import { CANCEL_REASONS } from './booking.entity';

const time = (description: string) => ({ type: 'string', format: 'date-time', description });
const text = (description: string) => ({ type: 'string', description });

const BOOKING = {
  orderNum: text('Number of the follow-up work order'),
  originalOrderNum: text('The work order that needs another visit'),
  serviceAreaId: text('Where it is'),
  start: time('When the window of the visit begins'),
  end: time('When it ends'),
  timeZone: text('Where the clock shows it, IANA name'),
  orderType: text('System category of the work'),
  accountNum: text('The account'),
  userName: text('The technician who booked it'),
  orderedParts: {
    type: 'array',
    description: 'Parts that were ordered for it',
    items: {
      type: 'object',
      properties: {
        partOrderNum: text('Number of the part order'),
        parts: { type: 'array', items: text('Product number') },
        quantities: {
          type: 'array',
          description: 'How many of each, in the same order; null where nobody has said',
          items: { type: ['number', 'null'] },
        },
      },
      required: ['partOrderNum', 'parts'],
    },
  },
};

const SUBJECT = {
  is: 'Number of the follow-up work order',
  of: ({ orderNum }: { orderNum: string }) => orderNum,
};

const EXAMPLE = {
  orderNum: 'FU-000001',
  originalOrderNum: 'WO-1048576',
  serviceAreaId: 'HAM-EAST',
  start: '2026-11-23T19:00:00.000Z',
  end: '2026-11-23T23:00:00.000Z',
  timeZone: 'Pacific/Auckland',
  orderType: '1002',
  accountNum: 'ACC-20417',
  userName: 'h.parata',
  orderedParts: [{ partOrderNum: 'FU-000001-P1', parts: ['ONT-G010-P'], quantities: [1] }],
};

/** What of this module can be subscribed to. */
export const followupEventTypes: readonly CatalogueEntry[] = [
  domainEventType({
    type: 'followup.booking.confirmed',
    description: 'A follow-up visit was booked.',
    subject: SUBJECT,
    properties: BOOKING,
    optional: ['accountNum', 'userName'],
    example: EXAMPLE,
  }),
  domainEventType({
    type: 'followup.booking.cancelled',
    description: 'A follow-up visit was given up; its place is free again.',
    subject: SUBJECT,
    properties: {
      ...BOOKING,
      cancelledAt: time('When'),
      reason: { type: 'string', enum: CANCEL_REASONS, description: 'Why' },
    },
    optional: ['accountNum', 'userName'],
    example: { ...EXAMPLE, cancelledAt: '2026-11-20T02:14:07.311Z', reason: 'work-order-cancelled' },
  }),
  domainEventType({
    type: 'followup.booking.due',
    description: 'A follow-up visit is near: it is the day before.',
    subject: SUBJECT,
    properties: BOOKING,
    optional: ['accountNum', 'userName'],
    example: EXAMPLE,
  }),
];
