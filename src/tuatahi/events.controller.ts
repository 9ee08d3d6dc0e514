import { Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { RequireScope } from '../auth/require-scope.decorator';
import { RequireToken } from '../auth/require-token.decorator';
import { EventCatalogue } from '../events/event-catalogue';
import { JsonBody } from '../http/body.decorator';
import { ApiJsonBody, oneOrList } from '../http/api-json-body.decorator';
import { transactionIdOf } from '../http/transaction-id';
import { ApiProblem } from '../problems/api-problem.decorator';
import { EventTypeAnswer } from './dto/event-type.answer';
import { PublishEvent } from './dto/publish-event.request';
import { PublishedAnswer } from './dto/published.answer';
import { SourceEvents } from './source-events.service';

@ApiTags('tuatahi')
@Controller('tuatahi')
export class EventsController {
  constructor(
    private readonly events: SourceEvents,
    private readonly catalogue: EventCatalogue,
  ) {}

  @Post('events')
  @HttpCode(202)
  @RequireScope('events:publish')
  @ApiOperation({ summary: 'Publish an event, or a list of which each is taken or refused by itself' })
  @ApiExtraModels(PublishedAnswer)
  @ApiJsonBody(PublishEvent, { orList: true })
  @ApiAcceptedResponse({ schema: oneOrList(PublishedAnswer), description: 'It is stored' })
  @ApiProblem(409, 'Its id was published before with another body')
  publish(
    @JsonBody() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PublishedAnswer | PublishedAnswer[]> {
    const transactionId = transactionIdOf(response);
    return Array.isArray(body)
      ? this.events.publishAll(body, transactionId)
      : this.events.publish(body, transactionId);
  }

  @Get('event-types')
  @RequireToken()
  @ApiOperation({ summary: 'All that can be subscribed to, with JSON Schemas and examples' })
  @ApiOkResponse({ type: [EventTypeAnswer] })
  eventTypes(): EventTypeAnswer[] {
    return this.catalogue.subscribable().map((entry) => new EventTypeAnswer(entry));
  }
}
