import { ApiSchema } from '@nestjs/swagger';
import { Choice, Constant } from '../../fields/choice';
import { DateTime } from '../../fields/date-time';
import { Flag } from '../../fields/flag';
import { Identifier } from '../../fields/identifier';
import { ListOf, Nested } from '../../fields/nested';
import { Text } from '../../fields/text';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { TaskReference } from './task-reference';
import { WorkOrderReference } from './work-order-reference';

const OUTCOMES = ['Complete', 'Incomplete'] as const;

/** How TFF's review of a task ended. A closed task never reopens: work to be redone comes as a new task. */
export class ClosedTask extends TaskReference {
  @Choice(OUTCOMES, { description: 'Result of the review', example: 'Complete' })
  outcome: (typeof OUTCOMES)[number];

  @Flag({ optional: true, description: 'Whether it has to be done again; absent means no', example: false })
  redoRequired?: boolean;

  @Identifier({ max: 100, optional: true, description: 'Why, as a code', example: 'QA-PHOTO-MISSING' })
  reasonCode?: string;

  @Text({
    min: 0,
    max: 5000,
    optional: true,
    description: 'Remark',
    example: 'Photo of the ONT label is missing.',
  })
  note?: string;

  @DateTime({ description: 'When it was closed' })
  closedDate: string;
}

/** A work order and its tasks that were closed. */
class WorkOrderWithClosedTasks extends WorkOrderReference {
  @ListOf(() => ClosedTask, { min: 1, description: 'The closed tasks' })
  tasks: ClosedTask[];
}

class CloseTaskPayload extends NotificationPayload {
  @Constant('CloseTaskNotify', { description: 'Type of the notification' })
  eventType: 'CloseTaskNotify';

  @Nested(() => WorkOrderWithClosedTasks, { description: 'The work order concerned' })
  workorder: WorkOrderWithClosedTasks;
}

@ApiSchema({ description: 'TFF has closed a task after a review: done, or to be done again.' })
export class CloseTaskNotification extends NotificationEnvelope {
  @Nested(() => CloseTaskPayload, { description: 'The full content' })
  payload: CloseTaskPayload;
}
