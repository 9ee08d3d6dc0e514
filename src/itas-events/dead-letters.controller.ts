import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Caller } from '../auth/caller';
import { TheCaller } from '../auth/caller.decorator';
import { RequireScope } from '../auth/require-scope.decorator';
import { JsonBody, WholeBody } from '../http/body.decorator';
import { ApiJsonBody } from '../http/api-json-body.decorator';
import type { ReceivedBody } from '../http/json-body';
import { NumericId } from '../http/numeric-id.pipe';
import { transactionIdOf } from '../http/transaction-id';
import { validBody } from '../http/valid-body.pipe';
import { ApiProblem } from '../problems/api-problem.decorator';
import { DeadLetters } from './dead-letters.service';
import { DeadLetterAnswer, DeadLetterPage, FullDeadLetterAnswer } from './dto/dead-letter.answer';
import { DeadLetterQuery } from './dto/dead-letter.query';
import { DiscardRequest } from './dto/discard.request';
import { UnopenedMessage } from './dto/message-envelope';
import { Receipt } from './dto/receipt.answer';

@ApiTags('itas-events')
@Controller('itas-events/dead-letters')
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLetters) {}

  @Get()
  @RequireScope('itas:read')
  @ApiOperation({ summary: 'Messages that could not be taken in, newest first' })
  @ApiOkResponse({ type: DeadLetterPage })
  @ApiProblem(400, 'A query parameter is not as it should be')
  async list(@Query() query: DeadLetterQuery): Promise<DeadLetterPage> {
    const { items, ...next } = await this.deadLetters.list(query);
    return { items: items.map((letter) => new DeadLetterAnswer(letter)), ...next };
  }

  @Get(':id')
  @RequireScope('itas:read')
  @ApiOperation({ summary: 'One of them with its original' })
  @ApiParam({ name: 'id', example: '1' })
  @ApiOkResponse({ type: FullDeadLetterAnswer })
  @ApiProblem(400, 'The id is not a number')
  @ApiProblem(404, 'No such dead letter')
  async get(@Param('id', NumericId) id: string): Promise<FullDeadLetterAnswer> {
    return new FullDeadLetterAnswer(await this.deadLetters.get(id));
  }

  @Post(':id/retry')
  @HttpCode(200)
  @RequireScope('itas:admin')
  @ApiOperation({
    summary: 'Take it in now, after its cause was mended',
    description: 'Without a body as it came; with one, that message is taken in its place.',
  })
  @ApiParam({ name: 'id', example: '1' })
  @ApiJsonBody(UnopenedMessage, { required: false })
  @ApiOkResponse({ type: Receipt })
  @ApiProblem(404, 'No such dead letter')
  @ApiProblem(409, 'It failed again and stays, or was dealt with before, or its MessageId is taken')
  retry(
    @Param('id', NumericId) id: string,
    @WholeBody() { original: corrected }: ReceivedBody,
    @TheCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Receipt> {
    const by = { caller, transactionId: transactionIdOf(response) };
    return this.deadLetters.retry(id, corrected.length > 0 ? corrected : undefined, by);
  }

  @Post(':id/discard')
  @HttpCode(200)
  @RequireScope('itas:admin')
  @ApiOperation({ summary: 'Close it without taking it in; it is kept with the reason' })
  @ApiParam({ name: 'id', example: '1' })
  @ApiJsonBody(DiscardRequest)
  @ApiOkResponse({ type: DeadLetterAnswer })
  @ApiProblem(404, 'No such dead letter')
  @ApiProblem(409, 'It was dealt with before')
  async discard(
    @Param('id', NumericId) id: string,
    @JsonBody(validBody(DiscardRequest)) { reason }: DiscardRequest,
    @TheCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DeadLetterAnswer> {
    const by = { caller, transactionId: transactionIdOf(response) };
    return new DeadLetterAnswer(await this.deadLetters.discard(id, reason, by));
  }
}
