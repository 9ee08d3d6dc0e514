import { Choice } from '../../fields/choice';
import { PageQueryDto } from '../../http/page-query.dto';

const GAP_STATES = ['opened', 'confirmed', 'healed'] as const;

export class GapQuery extends PageQueryDto {
  @Choice(GAP_STATES, { optional: true, description: 'Only those in this state' })
  state?: (typeof GAP_STATES)[number];
}
