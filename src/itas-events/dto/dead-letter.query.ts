import { Choice } from '../../fields/choice';
import { PageQueryDto } from '../../http/page-query.dto';
import { DEAD_LETTER_STATES, type DeadLetterState } from '../dead-letter.entity';

export class DeadLetterQuery extends PageQueryDto {
  @Choice(DEAD_LETTER_STATES, { optional: true, description: 'Only those in this state' })
  state?: DeadLetterState;
}
