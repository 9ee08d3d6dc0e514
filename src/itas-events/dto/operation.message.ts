import { Constant } from '../../fields/choice';
import { Identifier } from '../../fields/identifier';
import { Nested } from '../../fields/nested';
import { EntityInnerBody } from './entity.message';
import { MessageEnvelope } from './message-envelope';

class OperationInnerBody extends EntityInnerBody {
  @Identifier({ max: 100, description: 'Mapping code of what was done', example: 'FREEZE' })
  EventType: string;
}

class OperationBody {
  @Constant('TID-014', { description: 'Template' })
  TID: 'TID-014';

  @Nested(() => OperationInnerBody)
  InnerBody: OperationInnerBody;
}

/** TID-014: an operational or functional notification. */
export class OperationMessage extends MessageEnvelope {
  @Nested(() => OperationBody)
  MessageBody: OperationBody;
}
