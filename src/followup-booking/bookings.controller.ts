import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { RequireScope } from '../auth/require-scope.decorator';
import { transactionIdOf } from '../http/transaction-id';
import { ApiProblem } from '../problems/api-problem.decorator';
import { Bookings } from './bookings.service';
import { Cancellations } from './cancellations.service';
import { BookingAnswer, BookingPage, BookingSummary } from './dto/booking.answer';
import { BookingQuery } from './dto/booking.query';

@ApiTags('followup-booking')
@Controller('followup-booking/bookings')
export class BookingsController {
  constructor(
    private readonly bookings: Bookings,
    private readonly cancellations: Cancellations,
  ) {}

  @Get()
  @RequireScope('bookings:read')
  @ApiOperation({ summary: 'Follow-up visits in the order of their times' })
  @ApiOkResponse({ type: BookingPage })
  @ApiProblem(400, 'A query parameter is not as it should be')
  async list(@Query() query: BookingQuery): Promise<BookingPage> {
    const { items, ...next } = await this.bookings.list(query);
    return { items: items.map((booking) => new BookingSummary(booking)), ...next };
  }

  @Get(':orderNum')
  @RequireScope('bookings:read')
  @ApiOperation({ summary: 'All that is known of a follow-up visit' })
  @ApiParam({ name: 'orderNum', example: 'FU-000001' })
  @ApiOkResponse({ type: BookingAnswer })
  @ApiProblem(404, 'No booking is kept under this number')
  get(@Param('orderNum') orderNum: string): Promise<BookingAnswer> {
    return this.bookings.get(orderNum);
  }

  @Post(':orderNum/cancel')
  @HttpCode(200)
  @RequireScope('bookings:admin')
  @ApiOperation({ summary: 'Give up a follow-up visit; its place is free again. Again and again if need be' })
  @ApiParam({ name: 'orderNum', example: 'FU-000001' })
  @ApiOkResponse({ type: BookingAnswer })
  @ApiProblem(404, 'No booking is kept under this number')
  async cancel(
    @Param('orderNum') orderNum: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BookingAnswer> {
    const correlationId = transactionIdOf(response);
    await this.cancellations.cancel(orderNum, { reason: 'requested', at: new Date(), correlationId });
    return this.bookings.get(orderNum);
  }
}
