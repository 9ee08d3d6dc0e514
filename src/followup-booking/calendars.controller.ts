import { Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/require-scope.decorator';
import { JsonBody } from '../http/body.decorator';
import { ApiJsonBody } from '../http/api-json-body.decorator';
import { validBody } from '../http/valid-body.pipe';
import { ApiProblem } from '../problems/api-problem.decorator';
import { Calendars } from './calendars.service';
import { calendarAnswer, CalendarDto } from './dto/calendar';
import { calendarExample } from './dto/examples';
import { ServiceAreaPipe } from './service-area.pipe';

@ApiTags('followup-booking')
@Controller('followup-booking/calendars')
export class CalendarsController {
  constructor(private readonly calendars: Calendars) {}

  @Get(':serviceAreaId')
  @RequireScope('bookings:read')
  @ApiOperation({ summary: 'The calendar of a service area: its own, or that of `*`' })
  @ApiParam({ name: 'serviceAreaId', description: '`*` is the default', example: 'HAM-EAST' })
  @ApiOkResponse({ type: CalendarDto })
  @ApiProblem(400, 'That can not be the name of a service area')
  @ApiProblem(404, 'There is no such path')
  async get(@Param('serviceAreaId', ServiceAreaPipe) serviceAreaId: string): Promise<CalendarDto> {
    return calendarAnswer(await this.calendars.inForce(serviceAreaId));
  }

  @Put(':serviceAreaId')
  @RequireScope('bookings:admin')
  @ApiOperation({ summary: 'Give a service area a calendar; what is booked stays booked' })
  @ApiParam({ name: 'serviceAreaId', description: '`*` is the default', example: 'HAM-EAST' })
  @ApiJsonBody(CalendarDto, { example: calendarExample() })
  @ApiOkResponse({ type: CalendarDto })
  @ApiProblem(404, 'There is no such path')
  async put(
    @Param('serviceAreaId', ServiceAreaPipe) serviceAreaId: string,
    @JsonBody(validBody(CalendarDto)) calendar: CalendarDto,
  ): Promise<CalendarDto> {
    return calendarAnswer(await this.calendars.put(serviceAreaId, calendar, new Date()));
  }
}
