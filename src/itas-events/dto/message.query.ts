import { Choice } from '../../fields/choice';
import { DateTime } from '../../fields/date-time';
import { Identifier } from '../../fields/identifier';
import { Text } from '../../fields/text';
import { PageQueryDto } from '../../http/page-query.dto';
import { TEMPLATES, type Tid } from '../templates';
import { TOPIC } from './message-envelope';

export class MessageQuery extends PageQueryDto {
  @Text({
    optional: true,
    max: 8,
    pattern: TOPIC,
    detail: 'must be the number of a topic, such as 2-220',
    description:
      'Only those of this topic; by the number that a redirected one had before, those that came under it, or of which it can be told',
    example: '3-10',
  })
  topic?: string;

  @Choice(Object.keys(TEMPLATES), { optional: true, description: 'Only those of this template' })
  tid?: Tid;

  @Identifier({ optional: true, max: 200, description: 'Only those about this entity' })
  entityId?: string;

  @Identifier({ optional: true, max: 100, description: 'Only those about entities of this type' })
  entityType?: string;

  @Identifier({ optional: true, max: 20, description: 'Only those of this company' })
  companyCode?: string;

  @DateTime({ optional: true, description: 'Only those that ITAS has sent at or after this instant' })
  from?: string;

  @DateTime({ optional: true, description: 'Only those that ITAS has sent before this instant' })
  to?: string;

  @Identifier({
    optional: true,
    max: 200,
    description: 'Words, or beginnings of words, that all occur in the message',
    example: 'warehouse instr',
  })
  q?: string;
}
