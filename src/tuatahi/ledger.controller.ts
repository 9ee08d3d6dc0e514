import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../auth/caller';
import { TheCaller } from '../auth/caller.decorator';
import { RequireToken } from '../auth/require-token.decorator';
import { ApiProblem } from '../problems/api-problem.decorator';
import { LedgerAnswer } from './dto/ledger.answer';
import { LedgerQuery } from './dto/ledger.query';
import { Ledger } from './ledger.service';

@ApiTags('tuatahi')
@RequireToken()
@Controller('tuatahi/ledger')
export class LedgerController {
  constructor(private readonly ledger: Ledger) {}

  @Get()
  @ApiOperation({ summary: 'Whether all that was matched is accounted for' })
  @ApiOkResponse({ type: LedgerAnswer })
  @ApiProblem(400, 'A query parameter is not as it should be')
  @ApiProblem(403, 'All parties’ needs the scope `notifications:admin`')
  get(@Query() { all }: LedgerQuery, @TheCaller() caller: Caller): Promise<LedgerAnswer> {
    return this.ledger.of(caller, all === 'true');
  }
}
