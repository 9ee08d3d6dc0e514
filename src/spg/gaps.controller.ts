import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/require-scope.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { GapQuery } from './dto/gap.query';
import { GapAnswer, GapPage } from './dto/gap.answer';
import { Gaps } from './gaps.service';

@ApiTags('spg')
@RequireScope('spg:read')
@Controller('spg/gaps')
export class GapsController {
  constructor(private readonly gaps: Gaps) {}

  @Get()
  @ApiOperation({ summary: 'Missing eventIds as ranges, and those that were missing; the newest first' })
  @ApiOkResponse({ type: GapPage })
  @ApiProblem(400, 'A query parameter is not as it should be')
  async list(@Query() query: GapQuery): Promise<GapPage> {
    const { items, ...next } = await this.gaps.list(query);
    return { items: items.map((gap) => new GapAnswer(gap)), ...next };
  }
}
