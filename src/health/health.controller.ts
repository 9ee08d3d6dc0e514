import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Readiness, type ReadinessReport } from './readiness';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process is alive; restart it when it is not' })
  @ApiResponse({ status: 200, description: 'It is', example: { status: 'live' } })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether the process should be sent requests' })
  @ApiResponse({ status: 200, description: 'It should; the consumers tell how far they are behind' })
  @ApiResponse({ status: 503, description: 'It should not: it is stopping, or the database is not there' })
  async ready(@Res({ passthrough: true }) response: Response): Promise<ReadinessReport> {
    const report = await this.readiness.report();
    if (report.status === 'not-ready') response.status(503);
    return report;
  }
}
