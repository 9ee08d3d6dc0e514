import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/require-scope.decorator';
import { NumericId } from '../http/numeric-id.pipe';
import { PageQueryDto } from '../http/page-query.dto';
import { ApiProblem } from '../problems/api-problem.decorator';
import { ParkedEventDto, ParkedEventPageDto } from './parked-event.dto';
import { ParkedEvents } from './parked-events.service';

@ApiTags('domain-events')
@RequireScope('events:admin')
@Controller('domain-events/parked')
export class ParkedEventsController {
  constructor(private readonly parkedEvents: ParkedEvents) {}

  @Get()
  @ApiOperation({ summary: 'Events that a consumer could not handle and has set aside, newest first' })
  @ApiOkResponse({ type: ParkedEventPageDto })
  @ApiProblem(400, 'A query parameter is not as it should be')
  async list(@Query() query: PageQueryDto): Promise<ParkedEventPageDto> {
    const { items, ...next } = await this.parkedEvents.list(query);
    return { items: items.map((parked) => new ParkedEventDto(parked)), ...next };
  }

  @Post(':id/retry')
  @HttpCode(204)
  @ApiOperation({ summary: 'Handle a parked event now, after its cause was mended' })
  @ApiParam({ name: 'id', example: '1' })
  @ApiNoContentResponse({ description: 'It is handled, and no longer parked' })
  @ApiProblem(400, 'The id is not a number')
  @ApiProblem(404, 'No such parked event')
  @ApiProblem(409, 'It failed again and stays parked')
  @ApiProblem(410, 'Its consumer or the event itself is gone')
  async retry(@Param('id', NumericId) id: string): Promise<void> {
    await this.parkedEvents.retry(id);
  }
}
