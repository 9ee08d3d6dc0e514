import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { GAP_STATES, type GapEntity, type GapState } from '../gap.entity';

/** A range of eventIds that are missing, or were. */
export class GapAnswer {
  @ApiProperty({ description: 'The first of them', example: '90212' })
  readonly from: string;

  @ApiProperty({ description: 'The last of them', example: '90214' })
  readonly to: string;

  @ApiProperty({
    enum: GAP_STATES,
    description: 'opened: may still come late; confirmed: taken for lost; healed: has come',
  })
  readonly state: GapState;

  @ApiProperty({ format: 'date-time', description: 'When a higher eventId was taken in' })
  readonly openedAt: string;

  @ApiPropertyOptional({ format: 'date-time' })
  readonly confirmedAt?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'When the last of them was taken in' })
  readonly healedAt?: string;

  @ApiPropertyOptional({
    enum: ['late', 'replay'],
    description: 'replay: they came after we had asked for one',
  })
  readonly healedBy?: 'late' | 'replay';

  constructor({ from, to, state, openedAt, confirmedAt, healedAt, healedBy }: GapEntity) {
    this.from = from;
    this.to = to;
    this.state = state;
    this.openedAt = openedAt.toISOString();
    if (confirmedAt) this.confirmedAt = confirmedAt.toISOString();
    if (healedAt) this.healedAt = healedAt.toISOString();
    if (healedBy) this.healedBy = healedBy;
  }
}

export class GapPage {
  @ApiProperty({ type: [GapAnswer] })
  items: GapAnswer[];

  @ApiPropertyOptional({ description: 'Send it as `cursor` for the next page; absent on the last' })
  nextCursor?: string;
}
