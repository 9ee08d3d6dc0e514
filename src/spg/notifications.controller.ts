import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { InjectRepository } from '@nestjs/typeorm';
import type { Response } from 'express';
import { Repository } from 'typeorm';
import { RequireScope } from '../auth/require-scope.decorator';
import { NumericId } from '../http/numeric-id.pipe';
import { ApiProblem } from '../problems/api-problem.decorator';
import { NotificationEntity } from './notification.entity';
import { unknownNotification } from './spg.problems';

@ApiTags('spg')
@RequireScope('spg:read')
@Controller('spg/notifications')
export class NotificationsController {
  constructor(
    @InjectRepository(NotificationEntity) private readonly repository: Repository<NotificationEntity>,
  ) {}

  @Get(':eventId')
  @ApiOperation({
    summary: 'The stored original, byte for byte as it was received',
    description:
      'When and under which transaction it was received is in `X-Received-At` and `X-Received-Transaction-Id`.',
  })
  @ApiParam({ name: 'eventId', example: '90210' })
  @ApiOkResponse({
    description: 'The body of the request that brought it, with whatever the partner has put into it besides',
    schema: { type: 'object', additionalProperties: true },
  })
  @ApiProblem(400, 'The eventId is not a number')
  @ApiProblem(404, 'It has not come')
  async get(@Param('eventId', NumericId) eventId: string, @Res() response: Response): Promise<void> {
    const found = await this.repository.findOneBy({ eventId });
    if (!found) throw unknownNotification(`No notification with eventId ${eventId} has come.`);
    response
      .setHeader('X-Received-At', found.receivedAt.toISOString())
      .setHeader('X-Received-Transaction-Id', found.transactionId)
      .type('application/json')
      .end(found.body);
  }
}
