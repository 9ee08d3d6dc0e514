import { Controller, Delete, Get, HttpCode, Patch, Post, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
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
import { CreateSubscription } from './dto/create-subscription.request';
import { SubscriptionAnswer } from './dto/subscription.answer';
import { UpdateSubscription } from './dto/update-subscription.request';
import { SubscriptionCreation } from './subscription-creation.service';
import { SubscriptionEnds } from './subscription-ends.service';
import { type SubscriptionRequest, SubscriptionRules } from './subscription-rules.pipe';
import { Subscriptions } from './subscriptions.service';

@ApiTags('tuatahi')
@RequireToken()
@Controller('tuatahi/subscriptions')
export class SubscriptionsController {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly creation: SubscriptionCreation,
    private readonly ends: SubscriptionEnds,
  ) {}

  @Get()
  @ApiOperation({ summary: 'All subscriptions of your party' })
  @ApiOkResponse({ type: [SubscriptionAnswer] })
  list(@TheCaller() caller: Caller): Promise<SubscriptionAnswer[]> {
    return this.subscriptions.list(caller);
  }

  @Post()
  @ApiOperation({
    summary: 'Subscribe to a type of event. The signing secret of a webhook is shown only here',
  })
  @ApiJsonBody(CreateSubscription)
  @ApiCreatedResponse({
    type: SubscriptionAnswer,
    headers: { Location: { description: 'Where it is', schema: { type: 'string' } } },
  })
  @ApiProblem(409, 'You have such a subscription already, or as many as you may have')
  async create(
    @JsonBody(validBody(CreateSubscription), SubscriptionRules) request: SubscriptionRequest,
    @TheCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubscriptionAnswer> {
    const created = await this.creation.create(request, caller, transactionIdOf(response), new Date());
    response.setHeader('Location', `/tuatahi/subscriptions/${created.id}`);
    return created;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One of your subscriptions' })
  @ApiOkResponse({ type: SubscriptionAnswer })
  @ApiProblem(404, 'You have no such subscription')
  get(@UuidParam('id') id: string, @TheCaller() caller: Caller): Promise<SubscriptionAnswer> {
    return this.subscriptions.get(id, caller);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Set when it ends; also revives one that has ended' })
  @ApiJsonBody(UpdateSubscription)
  @ApiOkResponse({ type: SubscriptionAnswer })
  @ApiProblem(404, 'You have no such subscription')
  update(
    @UuidParam('id') id: string,
    @JsonBody(validBody(UpdateSubscription)) request: UpdateSubscription,
    @TheCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubscriptionAnswer> {
    return this.ends.update(id, request, caller, transactionIdOf(response), new Date());
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'It has ended' })
  @ApiOperation({ summary: 'End a subscription; what is queued for it is cancelled' })
  @ApiProblem(404, 'You have no such subscription')
  async delete(
    @UuidParam('id') id: string,
    @TheCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await this.ends.delete(id, caller, transactionIdOf(response));
  }
}
