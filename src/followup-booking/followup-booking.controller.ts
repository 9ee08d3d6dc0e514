import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { JsonBody, WholeBody } from '../http/body.decorator';
import type { ReceivedBody } from '../http/json-body';
import { transactionIdOf } from '../http/transaction-id';
import { validBody } from '../http/valid-body.pipe';
import { ApiBookJob, ApiLogIn, ApiSearchSlots } from './api-followup-booking.decorators';
import { Appointments } from './appointments.service';
import { Booker } from './booker.service';
import type { BookedAnswer } from './dto/booked.answer';
import { LoginRequest } from './dto/login.request';
import type { OpenSlots } from './dto/open-slots.answer';
import type { TokenAnswer } from './dto/token.answer';
import { Logins } from './logins.service';
import { RequireAccessToken } from './require-access-token.decorator';
import { VisitReader } from './visit-reader';

/** What ServiceMobility calls. */
@ApiTags('followup-booking')
@Controller('followup-booking')
export class FollowupBookingController {
  constructor(
    private readonly visits: VisitReader,
    private readonly appointments: Appointments,
    private readonly booker: Booker,
    private readonly logins: Logins,
  ) {}

  @Post('auth/token')
  @HttpCode(200)
  @ApiLogIn()
  async logIn(
    @JsonBody(validBody(LoginRequest)) { username, password }: LoginRequest,
    @Req() { ip = 'unknown' }: Request,
  ): Promise<TokenAnswer> {
    return { token: await this.logins.logIn(username, password, ip, new Date()) };
  }

  @Post('appointments/open-slots')
  @HttpCode(200)
  @RequireAccessToken()
  @ApiSearchSlots()
  search(@JsonBody() body: unknown): Promise<OpenSlots> {
    return this.appointments.search(this.visits.search(body), new Date());
  }

  @Post('work-orders/:workOrderId/followup')
  @HttpCode(200)
  @RequireAccessToken()
  @ApiBookJob()
  book(
    @Param('workOrderId') workOrderId: string,
    @WholeBody() { value, original }: ReceivedBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BookedAnswer> {
    const visit = this.visits.booking(workOrderId, value, original);
    return this.booker.book(visit, transactionIdOf(response), new Date());
  }
}
