import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Readiness, type ReadinessReport } from './readiness';
import { ReadinessAnswer } from './readiness.answer';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process is alive; restart it when it is not' })
  @ApiOkResponse({
    description: 'It is',
    schema: {
      type: 'object',
      required: ['status'],
      properties: { status: { type: 'string', enum: ['live'] } },
    },
  })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether the process should be sent requests' })
  @ApiOkResponse({
    description: 'It should; the consumers tell how far they are behind',
    type: ReadinessAnswer,
  })
  @ApiServiceUnavailableResponse({
    description: 'It should not: it is stopping, or the database is not there',
    type: ReadinessAnswer,
  })
  async ready(@Res({ passthrough: true }) response: Response): Promise<ReadinessReport> {
    const report = await this.readiness.report();
    if (report.status === 'not-ready') response.status(503);
    return report;
  }
}
