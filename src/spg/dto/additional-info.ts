import { DateTime } from '../../fields/date-time';
import { Identifier } from '../../fields/identifier';
import { Text } from '../../fields/text';

/** A worklog entry of a work order or a task. */
export class AdditionalInfo {
  @Identifier({
    max: 100,
    optional: true,
    description: "SPG's id of the entry; entries with the same id are the same",
    example: 'WL-88121',
  })
  id?: string;

  @Text({ min: 0, max: 50, optional: true, description: 'Kind of entry', example: 'CLIENTNOTE' })
  type?: string;

  @Text({ min: 0, max: 100, optional: true, description: 'Who wrote it', example: 'TFF Provisioning' })
  createdBy?: string;

  @DateTime({ description: 'When it was written' })
  createdDate: string;

  @Text({ min: 0, max: 500, optional: true, description: 'Title', example: 'Customer contacted' })
  summary?: string;

  @Text({
    max: 5000,
    description: 'The entry itself',
    example: 'Customer prefers a call 30 minutes before arrival.',
  })
  text: string;
}
