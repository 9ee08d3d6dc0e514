import { Choice } from '../../fields/choice';
import { DateTime } from '../../fields/date-time';
import { Text } from '../../fields/text';
import { PageQueryDto } from '../../http/page-query.dto';
import { BOOKING_STATUSES, type BookingStatus } from '../booking.entity';

export class BookingQuery extends PageQueryDto {
  @Choice(BOOKING_STATUSES, { optional: true, description: 'Only those in this status' })
  status?: BookingStatus;

  @Text({ optional: true, max: 100, description: 'Only those of this service area', example: 'HAM-EAST' })
  serviceAreaId?: string;

  @Text({ optional: true, max: 100, description: 'Only those of this work order' })
  originalOrderNum?: string;

  @DateTime({ optional: true, description: 'Only visits that begin at or after this instant' })
  from?: string;

  @DateTime({ optional: true, description: 'Only visits that begin before this instant' })
  to?: string;
}
