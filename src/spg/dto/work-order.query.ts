import { Choice } from '../../fields/choice';
import { DateTime } from '../../fields/date-time';
import { Text } from '../../fields/text';
import { PageQueryDto } from '../../http/page-query.dto';
import { WORK_ORDER_STATUSES, type WorkOrderStatus } from '../work-order';

export class WorkOrderQuery extends PageQueryDto {
  @Choice(WORK_ORDER_STATUSES, { optional: true, description: 'Only those in this status' })
  status?: WorkOrderStatus;

  @Text({
    optional: true,
    max: 200,
    description:
      'Words, or beginnings of words, that all occur in its numbers, description, place, people or tasks',
    example: 'rangiora hamil',
  })
  text?: string;

  @DateTime({ optional: true, description: 'Only those changed at or after this instant' })
  changedSince?: string;
}
