import { Digits } from '../fields/digits';
import { Integer } from '../fields/number';
import { Text } from '../fields/text';

/** What both ways to read the event log ask for. */
export class StreamQuery {
  @Digits({
    optional: true,
    description:
      'A position: what comes after it. `0`: from the oldest event that is kept. Absent: for the feed 0, for a stream what comes from now on',
    example: '0',
  })
  after?: string;

  @Text({
    optional: true,
    max: 2000,
    description: 'Only events of these types: names and prefixes with `.*`, comma separated',
    example: 'spg.work-order.created,spg.gap.*',
  })
  types?: string;
}

export class FeedQuery extends StreamQuery {
  @Integer({
    fromQuery: true,
    optional: true,
    min: 1,
    max: 1000,
    description: 'Events at most',
    example: 100,
  })
  limit: number = 100;

  @Integer({
    fromQuery: true,
    optional: true,
    min: 0,
    max: 30,
    description: 'Seconds to wait at most, when there is nothing yet',
    example: 0,
  })
  wait: number = 0;
}
