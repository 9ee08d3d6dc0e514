import { DateTime } from '../../fields/date-time';
import { Text } from '../../fields/text';

/** An appointment with the end user. */
export class Schedule {
  @DateTime({ description: 'Start of the appointment' })
  appointmentTime: string;

  @Text({
    min: 0,
    max: 1000,
    optional: true,
    description: 'Remark',
    example: 'Morning window, 08:00 to 12:00',
  })
  note?: string;
}
