import { CHECKPOINT_EVENT } from '../delivery/enqueue-checkpoints';
import { deliveredSchema } from '../events/delivered-schema';
import { domainEventType } from '../events/domain-event-type';
import type { CatalogueEntry } from '../events/event-catalogue';
import { SOURCE_EVENT_TYPES } from './source-event-types';
import { entriesOf } from './source-event-type';

const id = (description: string) => ({ type: 'string', format: 'uuid', description });
const time = (description: string) => ({ type: 'string', format: 'date-time', description });
const text = (description: string) => ({ type: 'string', description });

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

const CHANNEL = {
  subscriptionId: id('The subscription'),
  channelId: id('The channel'),
  partyId: text('Whose it is'),
  kind: { type: 'string', enum: ['webhook', 'email'], description: 'What kind of channel it is' },
  target: text('Where it delivers to'),
};
const CHANNEL_SUBJECT = {
  is: 'Id of the channel',
  of: ({ channelId }: { channelId: string }) => channelId,
};
const CHANNEL_EXAMPLE = {
  subscriptionId: '497f6eca-6276-4993-bfeb-53cbbbba6f08',
  channelId: '0d5cc1a1-fd6f-40b1-9fbf-46e483869cd7',
  partyId: 'owner',
  kind: 'webhook' as const,
  target: 'https://noc.example.co.nz/karere',
};
const CHECKPOINT_SCHEMA = {
  type: 'object',
  properties: {
    subscriptionId: id('The subscription'),
    head: text('The last number that was given; 0: none'),
  },
  required: ['subscriptionId', 'head'],
};

const FAILING_SINCE = '2026-08-03T21:15:00.000Z';

const about = [
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
  domainEventType({
    type: 'tuatahi.channel.failing',
    description:
      'Nothing has come through to a channel for long. It will be disabled if it goes on like that; one delivery that succeeds is enough to go on.',
    headline: { about: 'target' },
    subject: CHANNEL_SUBJECT,
    properties: {
      ...CHANNEL,
      failingSince: time('When the first of the failures was'),
      disabledAt: time('When it will be disabled'),
      percent: { type: 'integer', description: 'How much of the time until then has gone by' },
    },
    example: {
      ...CHANNEL_EXAMPLE,
      failingSince: FAILING_SINCE,
      disabledAt: '2026-08-08T21:15:00.000Z',
      percent: 50,
    },
  }),
  domainEventType({
    type: 'tuatahi.channel.disabled',
    description:
      'A channel delivers nothing any more: it has failed for too long, or its receiver says that it is gone. What is matched meanwhile is kept as cancelled. Once the receiver is well, POST …/channels/{channelId}/enable.',
    headline: { about: 'target' },
    subject: CHANNEL_SUBJECT,
    properties: {
      ...CHANNEL,
      reason: { type: 'string', enum: ['failing', 'gone'], description: 'Why; gone: it answered 410' },
      failingSince: time('When the first of the failures was'),
    },
    optional: ['failingSince'],
    example: { ...CHANNEL_EXAMPLE, reason: 'failing', failingSince: FAILING_SINCE },
  }),
  domainEventType({
    type: 'tuatahi.channel.recovered',
    description: 'A channel delivers again: after a warning, or because its owner has enabled it.',
    headline: { about: 'target' },
    subject: CHANNEL_SUBJECT,
    properties: CHANNEL,
    example: CHANNEL_EXAMPLE,
  }),
  domainEventType({
    type: 'tuatahi.notification.failed',
    description: 'A notification could not be delivered and is not tried again. It can be replayed.',
    headline: { about: 'target' },
    subject: { is: 'Id of the notification', of: ({ notificationId }) => notificationId },
    properties: {
      notificationId: id('The notification, which was the webhook-id'),
      subscriptionId: id('The subscription'),
      channelId: id('The channel'),
      eventType: text('Type of the event that was to be delivered'),
      eventId: text('Its number in the subscription'),
      target: text('Where it was to be delivered'),
      attempts: { type: 'integer', description: 'How often it was tried' },
      status: { type: 'integer', description: 'HTTP or SMTP status of the last answer' },
      error: text('Why there was no answer'),
    },
    optional: ['status', 'error'],
    example: {
      notificationId: '745ad5ed-0560-4c9a-bf09-6fa894808117',
      subscriptionId: CHANNEL_EXAMPLE.subscriptionId,
      channelId: CHANNEL_EXAMPLE.channelId,
      eventType: 'SPWorkOrderNotification',
      eventId: '17',
      target: CHANNEL_EXAMPLE.target,
      attempts: 7,
      status: 500,
    },
  }),
  domainEventType({
    type: 'tuatahi.replay.completed',
    description: 'All notifications of a replay were delivered, or were tried.',
    subject: { is: 'Id of the replay', of: ({ replayId }) => replayId },
    properties: {
      replayId: id('The replay'),
      partyId: text('Whose it is'),
      matched: { type: 'integer', description: 'How many it had' },
      sent: { type: 'integer', description: 'How many were delivered' },
      errored: { type: 'integer', description: 'How many were not' },
    },
    example: {
      replayId: '2f31838e-d24f-4af1-bc43-c3af992da39e',
      partyId: 'owner',
      matched: 412,
      sent: 411,
      errored: 1,
    },
  }),
];

const CHECKPOINT = { subscriptionId: SUBSCRIPTION_EXAMPLE.subscriptionId, head: '17' };

/** Not to be subscribed to: it goes to each webhook that has heard nothing for long. */
const checkpoint: CatalogueEntry = {
  name: CHECKPOINT_EVENT,
  description:
    'Where the receiver of a webhook should be by now, so that it knows that silence is real. Its eventId is the last number that was given.',
  domainTypes: [],
  attributes: [],
  schema: deliveredSchema(CHECKPOINT_EVENT, CHECKPOINT_SCHEMA, CHECKPOINT_SCHEMA),
  example: { eventTimestamp: '2026-08-03T21:15:00.123Z', message: CHECKPOINT, payload: CHECKPOINT },
  view: ({ time: eventTimestamp, data }) => ({ eventTimestamp, message: { ...data }, payload: data }),
};

/** What of this module, and of the delivery engine, can be subscribed to. */
export const tuatahiEventTypes: readonly CatalogueEntry[] = [
  ...SOURCE_EVENT_TYPES.flatMap(entriesOf),
  ...about,
  checkpoint,
];
