import { Constant } from '../../fields/choice';
import { Nested } from '../../fields/nested';
import { InnerBody } from './inner-body';
import { MessageEnvelope } from './message-envelope';

class ProcessInnerBody extends InnerBody {}

class ProcessBody {
  @Constant('TID-018', { description: 'Template' })
  TID: 'TID-018';

  @Nested(() => ProcessInnerBody)
  InnerBody: ProcessInnerBody;
}

/** TID-018: a request for a workflow or process. */
export class ProcessMessage extends MessageEnvelope {
  @Nested(() => ProcessBody)
  MessageBody: ProcessBody;
}
