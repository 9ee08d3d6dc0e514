import { Controller, Delete, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../auth/caller';
import { TheCaller } from '../auth/caller.decorator';
import { RequireToken } from '../auth/require-token.decorator';
import { UuidParam } from '../http/uuid-param.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { ReplayProgressAnswer } from './dto/replay.answer';
import { ReplayRequests } from './replay-requests.service';

@ApiTags('tuatahi')
@RequireToken()
@Controller('tuatahi/replays')
export class ReplaysController {
  constructor(private readonly replays: ReplayRequests) {}

  @Get(':id')
  @ApiOperation({ summary: 'How far a replay has come' })
  @ApiOkResponse({ type: ReplayProgressAnswer })
  @ApiProblem(404, 'You have no such replay')
  async get(@UuidParam('id') id: string, @TheCaller() caller: Caller): Promise<ReplayProgressAnswer> {
    return new ReplayProgressAnswer(await this.replays.progress(id, caller), new Date());
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Cancel a replay: what is not queued yet never will be' })
  @ApiOkResponse({ type: ReplayProgressAnswer })
  @ApiProblem(404, 'You have no such replay')
  async cancel(@UuidParam('id') id: string, @TheCaller() caller: Caller): Promise<ReplayProgressAnswer> {
    return new ReplayProgressAnswer(await this.replays.cancel(id, caller), new Date());
  }
}
