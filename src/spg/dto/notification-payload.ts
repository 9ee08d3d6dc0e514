import { DateTime } from '../../fields/date-time';

/** `payload`: what the full contents of all types have in common. */
export abstract class NotificationPayload {
  @DateTime({ description: 'When it happened at TFF' })
  eventDateTime: string;
}
