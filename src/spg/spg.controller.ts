import { Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { originalBodyOf } from '../http/json-body';
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
  receive(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<Receipt> {
    return this.spg.receive(request.body, originalBodyOf(request), transactionIdOf(response));
  }
}
