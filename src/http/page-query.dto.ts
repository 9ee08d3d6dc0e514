import { Integer } from '../fields/number';
import { Text } from '../fields/text';
import type { PageQuery } from './page';

/** The query of every list. */
export class PageQueryDto implements PageQuery {
  @Integer({
    fromQuery: true,
    optional: true,
    min: 1,
    max: 500,
    description: 'Items at most; 50 when absent',
    example: 50,
  })
  limit: number = 50;

  @Text({ optional: true, max: 500, description: '`nextCursor` of the page before' })
  cursor?: string;
}
