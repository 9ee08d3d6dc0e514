import { domainEventType } from '../events/domain-event-type';
import type { CatalogueEntry } from '../events/event-catalogue';
import { id, text, time } from './schema-members';

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

const FAILING_SINCE = '2026-08-03T21:15:00.000Z';

/** How channels are doing, and what could not be delivered to them. */
export const channelEventTypes: readonly CatalogueEntry[] = [
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
];
