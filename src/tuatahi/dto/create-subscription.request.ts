import { Closed } from '../../fields/closed';
import { AnyObject } from '../../fields/any-object';
import { ListOf, Nested } from '../../fields/nested';
import { Text } from '../../fields/text';
import { EmailAddress } from './email-address';
import { WebhookRequest } from './webhook.request';

@Closed()
class NotificationChannels {
  @ListOf(() => EmailAddress, {
    optional: true,
    max: 50,
    description: 'Addresses that get a mail for each event',
  })
  email?: EmailAddress[];

  @ListOf(() => WebhookRequest, {
    optional: true,
    max: 50,
    description: 'Addresses that get a POST for each event',
  })
  webhook?: WebhookRequest[];
}

/** Body of `POST /tuatahi/subscriptions` (Notifications Management API). */
@Closed()
export class CreateSubscription {
  @Text({
    max: 100,
    description: 'The type of event, or a prefix with `*`; see `GET /tuatahi/event-types`',
    example: 'SPWorkOrderNotification',
  })
  eventType: string;

  @AnyObject({
    optional: true,
    description: 'Which events: entries are OR-ed, attributes in an entry AND-ed, `__not__` negates',
    example: { target: 'my', attributes: [{ notificationType: 'CancelWorkOrderNotify' }] },
  })
  filters?: Record<string, unknown>;

  @ListOf(() => EmailAddress, { min: 1, max: 20, description: 'Who is told about the subscription itself' })
  contactEmails: EmailAddress[];

  @Text({
    optional: true,
    max: 40,
    description:
      'When it ends: at most a year ahead, which is also the default. A date means the end of that day in New Zealand',
    example: '2027-06-30',
  })
  expiresOn?: string;

  @Nested(() => NotificationChannels, { description: 'At least one channel' })
  notificationChannels: NotificationChannels;
}
