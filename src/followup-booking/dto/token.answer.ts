import { ApiProperty } from '@nestjs/swagger';

export class TokenAnswer {
  @ApiProperty({ description: 'To be sent as `x-access-token`', example: 'eyJhbGciOiJIUzI1NiJ9.e30.…' })
  token: string;
}
