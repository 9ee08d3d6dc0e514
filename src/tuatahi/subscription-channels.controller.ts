import { Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Caller } from '../auth/caller';
import { TheCaller } from '../auth/caller.decorator';
import { RequireToken } from '../auth/require-token.decorator';
import { JsonBody } from '../http/body.decorator';
import { ApiJsonBody } from '../http/api-json-body.decorator';
import { transactionIdOf } from '../http/transaction-id';
import { UuidParam } from '../http/uuid-param.decorator';
import { validBody } from '../http/valid-body.pipe';
import { ApiProblem } from '../problems/api-problem.decorator';
import { SampleAnswer } from './dto/sample.answer';
import { SampleRequest } from './dto/sample.request';
import { SecretAnswer } from './dto/secret.answer';
import { SequenceAnswer } from './dto/sequence.answer';
import { SequenceQuery } from './dto/sequence.query';
import { SampleDeliveries } from './sample-deliveries.service';
import { Sequences } from './sequences.service';
import { SubscriptionChannels } from './subscription-channels.service';

@ApiTags('tuatahi')
@RequireToken()
@Controller('tuatahi/subscriptions/:id')
export class SubscriptionChannelsController {
  constructor(
    private readonly channels: SubscriptionChannels,
    private readonly samples: SampleDeliveries,
    private readonly sequences: Sequences,
  ) {}

  @Get('sequence')
  @ApiOperation({ summary: 'Which numbers it has given out, by status: whether a receiver has all' })
  @ApiOkResponse({ type: SequenceAnswer })
  @ApiProblem(400, 'A query parameter is not as it should be')
  @ApiProblem(404, 'You have no such subscription')
  sequence(
    @UuidParam('id') id: string,
    @Query() query: SequenceQuery,
    @TheCaller() caller: Caller,
  ): Promise<SequenceAnswer> {
    return this.sequences.of(id, query, caller);
  }

  @Post('test')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send a sample to one channel now, and see what happens' })
  @ApiJsonBody(SampleRequest, { required: false })
  @ApiOkResponse({ type: SampleAnswer })
  @ApiProblem(404, 'You have no such subscription or channel')
  test(
    @UuidParam('id') id: string,
    @JsonBody(validBody(SampleRequest)) { channelId }: SampleRequest,
    @TheCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SampleAnswer> {
    return this.samples.send(id, channelId ?? undefined, caller, transactionIdOf(response));
  }

  @Post('channels/:channelId/secret')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a webhook a new signing secret; for a day both are valid' })
  @ApiOkResponse({ type: SecretAnswer })
  @ApiProblem(404, 'You have no such channel')
  @ApiProblem(409, 'It delivers by mail')
  rotateSecret(
    @UuidParam('id') id: string,
    @UuidParam('channelId') channelId: string,
    @TheCaller() caller: Caller,
  ): Promise<SecretAnswer> {
    return this.channels.rotateSecret({ id, channelId }, caller, new Date());
  }

  @Post('channels/:channelId/enable')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deliver to a channel again that was disabled' })
  @ApiNoContentResponse({ description: 'It is enabled' })
  @ApiProblem(404, 'You have no such channel')
  enable(
    @UuidParam('id') id: string,
    @UuidParam('channelId') channelId: string,
    @TheCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    return this.channels.enable({ id, channelId }, caller, transactionIdOf(response));
  }
}
