import { Digits } from '../../fields/digits';

/** Query of `GET /tuatahi/subscriptions/{id}/sequence`. */
export class SequenceQuery {
  @Digits({ optional: true, description: 'First number; the last 100,000 when absent', example: '1' })
  from?: string;

  @Digits({ optional: true, description: 'Last number; the head when absent', example: '1000' })
  to?: string;
}
