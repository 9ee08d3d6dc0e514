import { AnyObject } from '../../fields/any-object';
import { Text } from '../../fields/text';
import { Timestamp } from '../../fields/timestamp';
import { Uuid } from '../../fields/uuid';

/** One event of `POST /tuatahi/events`. */
export class PublishEvent {
  @Uuid({
    description: 'The publisher’s own id; the same event sent again has the same',
    example: '3f0c8b1e-5a34-4c5e-9c39-1d2f6f0b7a51',
  })
  id: string;

  @Text({ max: 100, description: 'Type of the event', example: 'ONTActivation' })
  eventType: string;

  @Timestamp({ description: 'When it happened, UTC' })
  eventTimestamp: string;

  @Text({
    max: 100,
    list: { min: 1, max: 100 },
    description: 'The parties that it concerns: their subscriptions get it',
    example: ['owner'],
  })
  partyIds: string[];

  @AnyObject({
    description: 'The event in brief, flat; filters look at it',
    example: { status: 'Success', error: false, orderID: 'ORD12345', ontSerialNumber: 'ALCLB1234567' },
  })
  message: Record<string, unknown>;

  @AnyObject({ description: 'The full content', example: { ontModel: 'G-010G-P', rxPowerDbm: -18.4 } })
  payload: Record<string, unknown>;

  @Text({
    optional: true,
    max: 200,
    description: 'What it is about; its id when absent',
    example: 'ORD12345',
  })
  subject?: string;
}
