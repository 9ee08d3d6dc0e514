import { Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { RequireScope } from '../auth/require-scope.decorator';
import { WholeBody } from '../http/body.decorator';
import type { ReceivedBody } from '../http/json-body';
import { transactionIdOf } from '../http/transaction-id';
import { UuidParam } from '../http/uuid-param.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { ApiReceiveMessage } from './api-receive-message.decorator';
import { exampleOf } from './dto/examples';
import { FullMessageAnswer, MessageAnswer, MessagePage } from './dto/message.answer';
import { MessageQuery } from './dto/message.query';
import type { Receipt } from './dto/receipt.answer';
import { Messages } from './messages.service';
import { Push } from './push.service';

@ApiTags('itas-events')
@Controller('itas-events/messages')
export class MessagesController {
  constructor(
    private readonly push: Push,
    private readonly messages: Messages,
  ) {}

  @Post()
  @HttpCode(200)
  @RequireScope('itas:publish')
  @ApiReceiveMessage()
  receive(
    @WholeBody() { original }: ReceivedBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Receipt> {
    return this.push.receive(original, transactionIdOf(response));
  }

  @Get()
  @RequireScope('itas:read')
  @ApiOperation({ summary: 'Messages of ITAS, the newest first' })
  @ApiOkResponse({ type: MessagePage })
  @ApiProblem(400, 'A query parameter is not as it should be')
  async list(@Query() query: MessageQuery): Promise<MessagePage> {
    const { items, ...next } = await this.messages.list(query);
    return { items: items.map((message) => new MessageAnswer(message)), ...next };
  }

  @Get(':messageId')
  @RequireScope('itas:read')
  @ApiOperation({ summary: 'One message with its original' })
  @ApiOkResponse({ type: FullMessageAnswer })
  @ApiProblem(400, 'The id is not a UUID')
  @ApiProblem(404, 'No such message has come')
  async get(
    @UuidParam('messageId', exampleOf('TID-014').MessageId) messageId: string,
  ): Promise<FullMessageAnswer> {
    return new FullMessageAnswer(await this.messages.get(messageId));
  }
}
