import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** One thing that is wrong in the input. */
export class FieldProblemBody {
  @ApiProperty({
    description:
      'Where: a JSON pointer (RFC 6901) into the body, `?name` of a query parameter, or `{name}` of a part of the path',
    example: '/payload/workorder/wonum',
  })
  pointer: string;

  @ApiProperty({ description: 'What is wrong there', example: 'must be a string of 1 to 50 characters' })
  detail: string;

  @ApiPropertyOptional({ description: 'Name of the rule that is broken', example: 'text' })
  keyword?: string;
}

/** The body of every error: RFC 9457. */
export class ProblemBody {
  @ApiProperty({ description: 'Stable: switch on this', example: 'urn:problem-type:karere:invalid-input' })
  type: string;

  @ApiProperty({ example: 'The request is not valid' })
  title: string;

  @ApiProperty({ example: 400 })
  status: number;

  @ApiProperty({ example: 'The members to mend are in errors.' })
  detail: string;

  @ApiProperty({ description: 'The path that was asked for', example: '/spg/notification' })
  instance: string;

  @ApiPropertyOptional({ type: [FieldProblemBody] })
  errors?: FieldProblemBody[];
}
