import { Controller, HttpCode, Post, Res, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { WholeBody } from '../http/body.decorator';
import type { ReceivedBody } from '../http/json-body';
import { transactionIdOf } from '../http/transaction-id';
import { ApiReceiveNotification } from './api-receive-notification.decorator';
import { SpgApiKeyGuard } from './spg-api-key.guard';
import { type Receipt, SpgService } from './spg.service';

@ApiTags('spg')
@Controller('spg')
export class SpgController {
  constructor(private readonly spg: SpgService) {}

  @Post('notification')
  @HttpCode(200)
  @UseGuards(SpgApiKeyGuard)
  @ApiReceiveNotification()
  receive(
    @WholeBody() { value, original }: ReceivedBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Receipt> {
    return this.spg.receive(value, original, transactionIdOf(response));
  }
}
