import { Constant } from '../../fields/choice';
import { Nested } from '../../fields/nested';
import { Text } from '../../fields/text';
import { InnerBody } from './inner-body';
import { MessageEnvelope } from './message-envelope';

class NoticeInnerBody extends InnerBody {
  @Text({ max: 1000, description: 'Title of the message', example: 'Month end' })
  Title: string;

  @Text({ max: 100_000, description: 'The message', example: 'The books of July are closed.' })
  Message: string;

  @Text({ min: 0, max: 200, optional: true, description: 'Who sent it', example: 'HIVE\\aroha' })
  SubmittedBy?: string | null;
}

class NoticeBody {
  @Constant('TID-002', { description: 'Template' })
  TID: 'TID-002';

  @Nested(() => NoticeInnerBody)
  InnerBody: NoticeInnerBody;
}

/** TID-002: a generic notification. */
export class NoticeMessage extends MessageEnvelope {
  @Nested(() => NoticeBody)
  MessageBody: NoticeBody;
}
