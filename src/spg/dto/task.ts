import { DateTime } from '../../fields/date-time';
import { Flag } from '../../fields/flag';
import { ListOf, Nested } from '../../fields/nested';
import { Integer } from '../../fields/number';
import { Text } from '../../fields/text';
import { AdditionalInfo } from './additional-info';
import { FileAttachment } from './file-attachment';
import { Schedule } from './schedule';
import { TaskReference } from './task-reference';

/** A piece of work in a work order. */
export class Task extends TaskReference {
  @Text({
    min: 0,
    max: 5000,
    optional: true,
    description: 'What is to be done',
    example: 'Install ONT and test service',
  })
  description?: string;

  @Text({ min: 0, max: 50, optional: true, description: 'State in SPG', example: 'ASSIGNED' })
  status?: string;

  @Flag({ optional: true, description: 'Whether we may cancel it ourselves', example: false })
  workSupplierAllowedToCancel?: boolean;

  @Integer({ min: 0, max: 1_000_000, optional: true, description: 'Order of the tasks', example: 2 })
  sequence?: number;

  @Nested(() => Schedule, { optional: true, description: 'Appointment with the end user' })
  schedule?: Schedule;

  @DateTime({ optional: true, description: 'When it should start' })
  targetStart?: string;

  @DateTime({ optional: true, description: 'When it should be finished' })
  targetFinish?: string;

  @ListOf(() => AdditionalInfo, { optional: true, description: 'Worklog of the task' })
  additionalInfos?: AdditionalInfo[];

  @ListOf(() => FileAttachment, { optional: true, description: 'Files of the task' })
  fileAttachments?: FileAttachment[];
}
