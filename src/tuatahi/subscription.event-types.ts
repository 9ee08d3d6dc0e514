import { domainEventType } from '../events/domain-event-type';
import type { CatalogueEntry } from '../events/event-catalogue';
import { id, text, time } from './schema-members';

const SUBSCRIPTION = {
  subscriptionId: id('The subscription'),
  partyId: text('Whose it is'),
  eventType: text('What it subscribes to'),
  expiresAt: time('When it ends'),
};
const SUBSCRIPTION_SUBJECT = {
  is: 'Id of the subscription',
  of: ({ subscriptionId }: { subscriptionId: string }) => subscriptionId,
};
const SUBSCRIPTION_EXAMPLE = {
  subscriptionId: '497f6eca-6276-4993-bfeb-53cbbbba6f08',
  partyId: 'owner',
  eventType: 'SPWorkOrderNotification',
  expiresAt: '2027-06-30T12:00:00.000Z',
};

/** What happens to subscriptions. */
export const subscriptionEventTypes: readonly CatalogueEntry[] = [
  domainEventType({
    type: 'tuatahi.subscription.created',
    description: 'Somebody has subscribed.',
    headline: { about: 'eventType' },
    subject: SUBSCRIPTION_SUBJECT,
    properties: SUBSCRIPTION,
    example: SUBSCRIPTION_EXAMPLE,
  }),
  domainEventType({
    type: 'tuatahi.subscription.extended',
    description: 'A subscription has got a new end, and lives again if it had expired.',
    headline: { about: 'eventType' },
    subject: SUBSCRIPTION_SUBJECT,
    properties: {
      ...SUBSCRIPTION,
      previousExpiresAt: time('When it was to end before'),
      revived: { type: 'boolean', description: 'It had expired before' },
    },
    example: {
      ...SUBSCRIPTION_EXAMPLE,
      previousExpiresAt: '2026-12-31T11:00:00.000Z',
      revived: false,
    },
  }),
  domainEventType({
    type: 'tuatahi.subscription.expiring',
    description:
      'A subscription will end soon, and then nothing is delivered any more. PATCH its expiresOn to go on.',
    subject: SUBSCRIPTION_SUBJECT,
    properties: {
      ...SUBSCRIPTION,
      daysLeft: { type: 'integer', description: '30, 7 or 1: the days before its end that this warns of' },
    },
    example: { ...SUBSCRIPTION_EXAMPLE, daysLeft: 30 },
  }),
  domainEventType({
    type: 'tuatahi.subscription.expired',
    description:
      'A subscription has come to its end: nothing is delivered any more. PATCH its expiresOn to go on.',
    headline: { about: 'eventType' },
    subject: SUBSCRIPTION_SUBJECT,
    properties: SUBSCRIPTION,
    example: SUBSCRIPTION_EXAMPLE,
  }),
  domainEventType({
    type: 'tuatahi.subscription.deleted',
    description: 'A subscription was ended by its owner.',
    headline: { about: 'eventType' },
    subject: SUBSCRIPTION_SUBJECT,
    properties: SUBSCRIPTION,
    example: SUBSCRIPTION_EXAMPLE,
  }),
];
