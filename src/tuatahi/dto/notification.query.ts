import { Choice } from '../../fields/choice';
import { DateTime } from '../../fields/date-time';
import { Printable } from '../../fields/printable';
import { Text } from '../../fields/text';
import { Uuid } from '../../fields/uuid';
import { PageQueryDto } from '../../http/page-query.dto';

const STATUSES = ['pending', 'sent', 'fail', 'cancelled', 'expired'] as const;

/** Query of `GET /tuatahi/notifications`. */
export class NotificationQueryDto extends PageQueryDto {
  @Choice(STATUSES, { optional: true, description: 'Only those in this status' })
  status?: (typeof STATUSES)[number];

  @Uuid({ optional: true, description: 'Only those of this subscription' })
  subscriptionId?: string;

  @Uuid({ optional: true, description: 'Only those for this channel' })
  channelId?: string;

  @Printable({
    optional: true,
    max: 100,
    description: 'Only those of this type of event, or of those under a prefix with `.*`',
    example: 'ONTActivation',
  })
  eventType?: string;

  @DateTime({ optional: true, description: 'Only those that were queued at or after this instant' })
  createdFrom?: string;

  @DateTime({ optional: true, description: 'Only those that were queued before this instant' })
  createdTo?: string;

  @Printable({ optional: true, max: 128, description: 'Only those that this transaction has caused' })
  transactionId?: string;

  @Text({
    optional: true,
    max: 2100,
    pattern: /^[^:]+:/,
    detail: 'must be the name of an attribute, a colon, and its text',
    description:
      'Only those of which the event has this attribute: its name, a colon, its text. Events are looked at one by one, so a page can have few items, or none, and still a `nextCursor`',
    example: 'orderID:ORD12345',
  })
  attribute?: string;

  @Text({
    optional: true,
    max: 36,
    pattern: /^(\d{1,15}|[\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12})$/,
    detail: 'must be the id (UUID) or the position of a domain event',
    description:
      'Id or position of a domain event. With `subscriptionId`: in place of the list, the answer says whether that subscription matches it, and what decides',
  })
  explain?: string;
}
