import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/require-scope.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { WorkOrderQuery } from './dto/work-order.query';
import {
  type Timeline,
  toDetail,
  type WorkOrderDetail,
  WorkOrderPageDto,
  WorkOrderSummaryDto,
} from './work-order.dto';
import { WorkOrders } from './work-orders.service';

@ApiTags('spg')
@RequireScope('spg:read')
@Controller('spg/work-orders')
export class WorkOrdersController {
  constructor(private readonly workOrders: WorkOrders) {}

  @Get()
  @ApiOperation({ summary: 'Work orders, the most recently changed first' })
  @ApiOkResponse({ type: WorkOrderPageDto })
  @ApiProblem(400, 'A query parameter is not as it should be')
  async list(@Query() query: WorkOrderQuery): Promise<WorkOrderPageDto> {
    const { items, ...next } = await this.workOrders.list(query);
    return { items: items.map((row) => new WorkOrderSummaryDto(row)), ...next };
  }

  @Get(':wonum')
  @ApiOperation({ summary: 'All that is known of a work order' })
  @ApiParam({ name: 'wonum', example: 'WO-1048576' })
  @ApiProblem(404, 'Nothing about this work order has come')
  async get(@Param('wonum') wonum: string): Promise<WorkOrderDetail> {
    return toDetail(await this.workOrders.get(wonum));
  }

  @Get(':wonum/timeline')
  @ApiOperation({ summary: 'Its notifications in the order of their eventIds, and what each did' })
  @ApiParam({ name: 'wonum', example: 'WO-1048576' })
  @ApiProblem(404, 'Nothing about this work order has come')
  async timeline(@Param('wonum') wonum: string): Promise<Timeline> {
    return { items: (await this.workOrders.get(wonum)).state.timeline };
  }
}
