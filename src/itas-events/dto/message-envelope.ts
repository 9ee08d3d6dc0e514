import { AnyObject } from '../../fields/any-object';
import { Identifier } from '../../fields/identifier';
import { LocalDateTime } from '../../fields/local-date-time';
import { Nested } from '../../fields/nested';
import { Text } from '../../fields/text';
import { Uuid } from '../../fields/uuid';

export const TOPIC = /^\d{1,3}-\d{1,4}$/;

/** What is around every message (Events Notifications, "Primary Templates"). */
export abstract class MessageEnvelope {
  @Uuid({ description: 'Names the message for ever', example: 'd6c94090-97b4-ea11-845d-20677cddb4f2' })
  MessageId: string;

  @Uuid({
    optional: true,
    description: 'Of the lock under which it was received; another one each time',
    example: 'd9c94090-97b4-ea11-845d-20677cddb4f2',
  })
  LockId?: string | null;

  @Text({
    max: 8,
    pattern: TOPIC,
    detail: 'must be the number of a topic, such as 2-220',
    description: 'What it is about: the number of a topic',
    example: '3-10',
  })
  Topic: string;

  @Identifier({ max: 20, description: 'Company', example: 'GF' })
  CompanyCode: string;

  @Identifier({ max: 200, description: 'Its type at ITAS', example: '{ITASMessage}' })
  MessageType: string;

  @LocalDateTime({ description: 'When it was put into the mailbox, by the clock of ITAS (`ITAS_TIMEZONE`)' })
  EnqueueTime: string;
}

class UnopenedBody {
  @Identifier({ max: 50, description: 'Template of the inner body', example: 'TID-014' })
  TID: string;

  @AnyObject({ description: 'What its template prescribes' })
  InnerBody: Record<string, unknown>;
}

/** An envelope of which the inside was not looked at yet. */
export class UnopenedMessage extends MessageEnvelope {
  @Nested(() => UnopenedBody)
  MessageBody: UnopenedBody;
}
