import { Constant } from '../../fields/choice';
import { Identifier } from '../../fields/identifier';
import { Nested } from '../../fields/nested';
import { InnerBody } from './inner-body';
import { MessageEnvelope } from './message-envelope';

/** What TID-010 and TID-014 have in common. */
export class EntityInnerBody extends InnerBody {
  @Identifier({ max: 200, description: 'Identity of the contract, future, …', example: 'C-10023' })
  EntityID: string;

  @Identifier({
    max: 100,
    description: 'What it is: contract, client, wip, docref, or another',
    example: 'contract',
  })
  EntityType: string;
}

class EntityBody {
  @Constant('TID-010', { description: 'Template' })
  TID: 'TID-010';

  @Nested(() => EntityInnerBody)
  InnerBody: EntityInnerBody;
}

/** TID-010: a notification about an entity. */
export class EntityMessage extends MessageEnvelope {
  @Nested(() => EntityBody)
  MessageBody: EntityBody;
}
