import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** What became of a message. */
export class Receipt {
  @ApiProperty({ format: 'uuid', example: 'd6c94090-97b4-ea11-845d-20677cddb4f2' })
  messageId: string;

  @ApiProperty({
    enum: ['accepted', 'duplicate', 'dead-lettered'],
    description:
      'accepted: stored now; duplicate: stored before; dead-lettered: kept for a person, since its template is not known',
  })
  status: 'accepted' | 'duplicate' | 'dead-lettered';

  @ApiPropertyOptional({ description: 'Under which a dead letter is kept', example: '1' })
  deadLetterId?: string;
}
