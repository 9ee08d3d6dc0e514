import { ApiProperty } from '@nestjs/swagger';

export class SecretAnswer {
  @ApiProperty({ description: 'Standard Webhooks signing secret; it is not shown again', example: 'whsec_…' })
  secret: string;
}
