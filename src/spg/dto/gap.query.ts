import { Choice } from '../../fields/choice';
import { PageQueryDto } from '../../http/page-query.dto';
import { GAP_STATES, type GapState } from '../gap.entity';

export class GapQuery extends PageQueryDto {
  @Choice(GAP_STATES, { optional: true, description: 'Only those in this state' })
  state?: GapState;
}
