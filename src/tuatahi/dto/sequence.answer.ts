import { ApiProperty } from '@nestjs/swagger';
import type { NotificationStatus } from '../../delivery/notification.entity';

class SequenceRangeAnswer {
  @ApiProperty({ example: '1' })
  from: string;

  @ApiProperty({ example: '17' })
  to: string;

  @ApiProperty({
    enum: ['pending', 'sent', 'fail', 'cancelled', 'expired'],
    description: 'With several channels: of the one that is least far',
  })
  status: NotificationStatus;
}

/** Which numbers a subscription has given out, so that a receiver can tell whether it has all. */
export class SequenceAnswer {
  @ApiProperty({ description: 'The last number given; 0: none yet', example: '17' })
  head: string;

  @ApiProperty({ type: [SequenceRangeAnswer], description: 'In ascending order' })
  ranges: SequenceRangeAnswer[];
}
