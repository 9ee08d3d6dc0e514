import { ApiSchema } from '@nestjs/swagger';
import { Constant } from '../../fields/choice';
import { DateTime } from '../../fields/date-time';
import { Identifier } from '../../fields/identifier';
import { ListOf, Nested } from '../../fields/nested';
import { Integer } from '../../fields/number';
import { Text } from '../../fields/text';
import { AdditionalInfo } from './additional-info';
import { Contact } from './contact';
import { FileAttachment } from './file-attachment';
import { NameValue } from './name-value';
import { NotificationEnvelope } from './notification-envelope';
import { NotificationPayload } from './notification-payload';
import { Site } from './site';
import { Task } from './task';
import { WorkOrderReference } from './work-order-reference';

/** A work order as it is when it is assigned. */
export class AssignedWorkOrder extends WorkOrderReference {
  @Text({ max: 5000, description: 'What is to be done', example: 'New fibre connection, single dwelling' })
  description: string;

  @Identifier({ max: 50, description: 'Kind of work', example: 'INSTALL' })
  worktype: string;

  @Text({ min: 0, max: 50, optional: true, description: 'State in SPG', example: 'ASSIGNED' })
  status?: string;

  @Integer({ min: 0, max: 4, optional: true, description: 'Priority, 0 is the highest', example: 2 })
  priority?: number;

  @Identifier({
    max: 100,
    optional: true,
    description: 'The order behind the work order',
    example: 'ORD-7710934',
  })
  orderId?: string;

  @Identifier({ max: 100, optional: true, description: 'The ordered product', example: 'FIBRE-500-100' })
  productId?: string;

  @DateTime({ optional: true, description: 'When the work should start' })
  requestedStartDate?: string;

  @DateTime({ optional: true, description: 'When the work should be completed' })
  requestedCompletionDate?: string;

  @Nested(() => Site, { description: 'Where the work is' })
  site: Site;

  @ListOf(() => Contact, { description: 'Whom to call' })
  contacts: Contact[];

  @ListOf(() => NameValue, { optional: true, description: 'Further references, such as a purchase order' })
  supplementaryReferences?: NameValue[];

  @ListOf(() => AdditionalInfo, { optional: true, description: 'Worklog' })
  additionalInfos?: AdditionalInfo[];

  @ListOf(() => FileAttachment, { optional: true, description: 'Files' })
  fileAttachments?: FileAttachment[];

  @ListOf(() => Task, { min: 1, description: 'The tasks of which it consists' })
  tasks: Task[];
}

class CreateWorkOrderPayload extends NotificationPayload {
  @Constant('CreateWorkOrderNotify', { description: 'Type of the notification' })
  eventType: 'CreateWorkOrderNotify';

  @Nested(() => AssignedWorkOrder, { description: 'The work order concerned' })
  workorder: AssignedWorkOrder;
}

@ApiSchema({ description: 'A new work order has been assigned to us.' })
export class CreateWorkOrderNotification extends NotificationEnvelope {
  @Nested(() => CreateWorkOrderPayload, { description: 'The full content' })
  payload: CreateWorkOrderPayload;
}
