import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/require-scope.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { Timeline } from './dto/timeline.answer';
import { WorkOrderPage, WorkOrderSummary } from './dto/work-order-summary.answer';
import { WorkOrderAnswer } from './dto/work-order.answer';
import { WorkOrderQuery } from './dto/work-order.query';
import { WorkOrders } from './work-orders.service';

@ApiTags('spg')
@RequireScope('spg:read')
@Controller('spg/work-orders')
export class WorkOrdersController {
  constructor(private readonly workOrders: WorkOrders) {}

  @Get()
  @ApiOperation({ summary: 'Work orders, the most recently changed first' })
  @ApiOkResponse({ type: WorkOrderPage })
  @ApiProblem(400, 'A query parameter is not as it should be')
  async list(@Query() query: WorkOrderQuery): Promise<WorkOrderPage> {
    const { items, ...next } = await this.workOrders.list(query);
    return { items: items.map((row) => new WorkOrderSummary(row)), ...next };
  }

  @Get(':wonum')
  @ApiOperation({ summary: 'All that is known of a work order' })
  @ApiParam({ name: 'wonum', example: 'WO-1048576' })
  @ApiOkResponse({ type: WorkOrderAnswer })
  @ApiProblem(404, 'Nothing about this work order has come')
  async get(@Param('wonum') wonum: string): Promise<WorkOrderAnswer> {
    return new WorkOrderAnswer(await this.workOrders.get(wonum));
  }

  @Get(':wonum/timeline')
  @ApiOperation({ summary: 'Its notifications in the order of their eventIds, and what each did' })
  @ApiParam({ name: 'wonum', example: 'WO-1048576' })
  @ApiOkResponse({ type: Timeline })
  @ApiProblem(404, 'Nothing about this work order has come')
  async timeline(@Param('wonum') wonum: string): Promise<Timeline> {
    return new Timeline((await this.workOrders.get(wonum)).state.timeline);
  }
}
