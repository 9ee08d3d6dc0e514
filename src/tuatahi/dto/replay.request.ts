import { Closed } from '../../fields/closed';
import { Choice } from '../../fields/choice';
import { DateTime } from '../../fields/date-time';
import { Flag } from '../../fields/flag';
import { AnyObject } from '../../fields/any-object';
import { Nested } from '../../fields/nested';
import { Integer } from '../../fields/number';
import { Printable } from '../../fields/printable';
import { Uuid } from '../../fields/uuid';

const STATUSES = ['sent', 'fail', 'cancelled', 'expired'] as const;

/** What the events of the notifications were like. */
@Closed()
class ReplayEvent {
  @DateTime({
    optional: true,
    description: 'Queued at or after this instant',
    example: '2026-08-03T00:00:00.000Z',
  })
  createdFrom?: string;

  @DateTime({
    optional: true,
    description: 'Queued before this instant',
    example: '2026-08-04T00:00:00.000Z',
  })
  createdTo?: string;

  @Printable({
    optional: true,
    max: 100,
    description: 'Type of the event, or a prefix of some with `.*`',
    example: 'ONTActivation',
  })
  eventType?: string;

  @AnyObject({
    optional: true,
    description: 'Attributes with the text that each has to have, and `__not__`, as in an entry of a filter',
    example: { orderID: 'ORD12345' },
  })
  attributes?: Record<string, unknown>;
}

/** Body of `POST /tuatahi/notifications/replay` (Notifications Management API). */
@Closed()
export class ReplayRequest {
  @Uuid({ optional: true, description: 'Only this notification' })
  id?: string;

  @Choice(STATUSES, {
    optional: true,
    description: 'Only those in this status; `fail` when absent',
    example: 'fail',
  })
  status?: (typeof STATUSES)[number];

  @Nested(() => ReplayEvent, { optional: true, description: 'Only those of such events' })
  event?: ReplayEvent;

  @Integer({
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    description: 'How many at most; more than the system allows means as many as it allows',
    example: 1000,
  })
  limit: number;

  @Printable({ optional: true, max: 200, description: 'Of subscriptions of this client; yours when absent' })
  clientId?: string;

  @Printable({
    optional: true,
    max: 200,
    description: 'Of subscriptions of this organisation; yours when absent',
  })
  organisation?: string;

  @Flag({ description: 'Only tell what would be sent, and change nothing', example: true })
  dryRun: boolean;
}
