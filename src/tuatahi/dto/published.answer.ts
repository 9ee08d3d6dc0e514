import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { FieldProblemBody } from '../../problems/problem-body';

/** Why one event of several was not taken. */
class PublishProblem {
  @ApiProperty({ example: 'urn:problem-type:karere:invalid-input' })
  type: string;

  @ApiProperty({ example: 'The request is not valid' })
  title: string;

  @ApiProperty({ example: 400 })
  status: number;

  @ApiProperty({ example: 'The members to mend are in errors.' })
  detail: string;

  @ApiPropertyOptional({ type: [FieldProblemBody] })
  errors?: readonly FieldProblemBody[];
}

/** What became of one event. */
export class PublishedAnswer {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Its id, as it was given; null when it had none',
  })
  id: string | null;

  @ApiProperty({ enum: ['accepted', 'duplicate', 'refused'] })
  status: 'accepted' | 'duplicate' | 'refused';

  @ApiPropertyOptional({ type: PublishProblem, description: 'Why it was refused' })
  problem?: PublishProblem;
}
