import { ApiSchema } from '@nestjs/swagger';
import { Constant } from '../../fields/choice';
import { ListOf, Nested } from '../../fields/nested';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { Task } from './task';
import { WorkOrderReference } from './work-order-reference';

/** A work order and the tasks that it got. */
class WorkOrderWithNewTasks extends WorkOrderReference {
  @ListOf(() => Task, { min: 1, description: 'The new tasks' })
  tasks: Task[];
}

class AddTaskPayload extends NotificationPayload {
  @Constant('AddTaskNotify', { description: 'Type of the notification' })
  eventType: 'AddTaskNotify';

  @Nested(() => WorkOrderWithNewTasks, { description: 'The work order concerned' })
  workorder: WorkOrderWithNewTasks;
}

@ApiSchema({ description: 'A task has been added to an existing work order.' })
export class AddTaskNotification extends NotificationEnvelope {
  @Nested(() => AddTaskPayload, { description: 'The full content' })
  payload: AddTaskPayload;
}
